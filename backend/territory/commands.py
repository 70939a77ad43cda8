"""The `territory` verbs: look at a user's files, and load them."""

import argparse

from backend.settings import Settings


def add_territory_commands(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `territory check` and `territory load`."""
    _ = (verbs, Settings)
