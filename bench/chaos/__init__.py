"""Break the real thing on purpose: real servers, real PostgreSQL, a network that fails, and a count of what was lost.

`python -m bench.chaos` runs it; the promises that it tries to falsify are S1, S2 and S9 of sync/README.md.
"""
