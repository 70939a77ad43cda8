"""The rounds of a day as the tablets tell them."""
