"""From the backlog to rounds on tablets: load a day, let routing plan it, keep the plan, publish it.

`load_day.py` reads; `problem_of_day.py` decides what the planner is asked; `plan_day.py` is the procedure; `publish.py`
turns a plan into rounds and stops on the log; `store.py` keeps plans; `jobs.py` is what the worker runs.
"""
