"""The page that leads an administrator to the reference tables."""
