"""A tablet in Python: durable, one sync worker, back-off with jitter; it speaks the sync protocol over HTTP and nothing else.

The tablet app in the browser is the product; this is its reference, for tests, benches, the demo and chaos runs. What
it does at each step is decided in sync/client.py.
"""
