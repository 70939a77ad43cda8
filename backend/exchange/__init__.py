"""Records to and from other systems: FHIR R4, receipts, and the list to key into a national register."""
