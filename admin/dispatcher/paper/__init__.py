"""Paper sheets typed in after the day."""
