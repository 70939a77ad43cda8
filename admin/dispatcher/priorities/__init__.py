"""What a good plan is worth to the territory."""
