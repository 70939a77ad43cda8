"""Decides which vaccine doses count and which are due, from dated rule data; the stores of doses live beside it."""
