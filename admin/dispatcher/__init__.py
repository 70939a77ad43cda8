"""The dispatcher's pages: requests, the plan of a day, the rounds of a day."""
