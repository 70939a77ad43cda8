"""A second implementation of coverage, from the raw log to each indicator; a contract keeps it free of all our packages."""
