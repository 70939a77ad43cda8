"""Holds the rule format, its reader, and the French rules with their worked cases."""
