"""Run a whole day of Maraude on an invented territory, through the same doors as everybody: HTTP, queue, protocol.

`day.py` is the story; `desk.py` is a dispatcher's browser; `tablet_process.py` is a tablet, a process of its own;
`report.py` reads the database and says whether every promise on the way held.
"""
