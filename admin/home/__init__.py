"""What waits at the desk: the first page after signing in."""
