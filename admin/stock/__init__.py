"""Pages of stock: lots and where they lie, temperatures, and the recall of a lot."""
