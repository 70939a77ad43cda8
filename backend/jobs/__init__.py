"""Long work: its truth is a row in PostgreSQL, its wake-up an opaque id in Redis.

`table.py` lists every kind of job; `store.py` keeps the rows; `queue.py` puts an id on the queue; `run.py` is the one
function that a worker may call; `worker.py` is the worker process; `sweeper.py` puts back what was lost.
"""
