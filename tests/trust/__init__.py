"""Who may do what, on which device, and how it is known afterwards: shown on the whole application."""
