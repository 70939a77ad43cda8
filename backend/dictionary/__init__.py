"""What each field is kept for: the annotations from which the data dictionary is made."""
