"""People who sign in to the territory, and what they may."""
