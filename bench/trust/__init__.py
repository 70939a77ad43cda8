"""What security costs: the same push and the same page, on the product and on a copy of it without protections."""
