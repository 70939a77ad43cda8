"""Products with the source of each value, and vials as they stand."""
