"""How long what is kept, and how it is erased: rules, what is due, purges in short steps, certificates."""
