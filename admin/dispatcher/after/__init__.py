"""What follows visits at the desk."""
