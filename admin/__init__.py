"""Pages for people at a desk: one folder per page."""
