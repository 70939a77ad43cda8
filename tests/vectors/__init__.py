"""Vectors that the server and the tablet app must both answer."""
