"""Properties that hold for every input, and the mutants that each of them catches."""
