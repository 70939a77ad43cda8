"""People: finding those already known, so that nobody is written down twice."""
