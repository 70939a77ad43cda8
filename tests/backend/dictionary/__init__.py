"""What each field is kept for."""
