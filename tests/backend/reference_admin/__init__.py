"""The administration of reference tables."""
