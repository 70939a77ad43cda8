"""Stock: lots and where their doses are, temperatures, lots held back and recalled."""
