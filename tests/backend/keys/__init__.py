"""Keys of what is sealed, and their rotation."""
