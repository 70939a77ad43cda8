"""What partners from outside ask for, and where it stands."""
