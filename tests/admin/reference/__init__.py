"""The page of reference tables."""
