"""This folder proves the sync engine in a deterministic world: one thread, one seed, faults by name, oracles.

`python -m tests.simulation --seeds 10000` runs it; `python -m tests.simulation.mutants` shows that it can fail.
"""
