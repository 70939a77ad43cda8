"""This package holds the demo territory, the zones of any territory, and the reading of a territory from files."""
