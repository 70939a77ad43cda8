"""Figures: one command each."""
