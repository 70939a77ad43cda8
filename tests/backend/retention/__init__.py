"""How long what is kept, and what is left of what was erased."""
