"""The phone of the desk: what came of its calls, and how long after them somebody was seen."""
