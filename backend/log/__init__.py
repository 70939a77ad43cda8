"""The one log: all that tablets, desks and imports record is an op here, and everything else is made from it.

`append.py` is the procedure (load, let sync decide, save); `load.py` and `save.py` are its two ends; `anchors.py` says
in which buckets a record travels; `projection.py` writes the typed tables; `desk.py` writes for people at a desk;
`detect.py` asks the rules across records; `rebuild.py` makes everything again from the ops (`maraude rebuild`).
"""
