"""The planner: problem, travel, search, referee, explanation. Pure and seeded."""
