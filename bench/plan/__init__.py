"""Figures of the planner, with its peers beside it."""
