"""What users are told: each notice is its reader's alone."""
