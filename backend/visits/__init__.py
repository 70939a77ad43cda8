"""From a request to a visit: what somebody asks, and the wish that the planner may plan."""
