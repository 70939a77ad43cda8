"""Says what is wrong with an installation, and how to mend it."""

from backend.doctor.examine import examine
from backend.doctor.findings import Finding

__all__ = ["Finding", "examine"]
