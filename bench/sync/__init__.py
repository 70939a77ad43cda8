"""Measure sync against a floor and a peer, in one run on one machine: `python -m bench.sync`."""
