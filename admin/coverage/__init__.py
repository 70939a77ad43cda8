"""The page of coverage for the managers of a vaccination centre."""
