"""A person's whole file: to read with the person, to give away, to object, to hold."""
