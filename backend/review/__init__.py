"""What waits for a human: reading a question with everything its reader needs, and settling it in one act.

What opens a review is decided in sync/review.py, sync/merge.py and sync/detect.py.
"""
