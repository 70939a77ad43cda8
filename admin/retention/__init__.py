"""What is kept how long: what is due, purges, certificates."""
