"""The figures of the desk's phone."""
