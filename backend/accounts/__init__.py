"""Who signs in, with which proofs, and what a request may do."""
