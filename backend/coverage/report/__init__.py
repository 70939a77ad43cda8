"""The report to the authorities: the figures of the pages with their definitions, as PDF, XLSX, CSV and FHIR."""
