"""Taking in what others send: persons and doses as FHIR, entry by entry."""
