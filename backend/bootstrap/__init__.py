"""Makes the environment that Maraude runs in, from the hashed lock, with the standard library alone."""
