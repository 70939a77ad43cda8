"""The plan of a day: asked for, watched, read on a map and a timeline, compared, published."""
