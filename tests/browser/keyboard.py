"""Work a page by keyboard alone, and count what a person would need for it."""

import pytest
from playwright.sync_api import Page

# Keystroke-level model (Card, Moran and Newell): a key of an average typist, and thinking before a step, in seconds.
KEY_SECONDS, THINK_SECONDS, ANSWER_SECONDS = 0.28, 1.35, 0.5


class Keyboard:
    """Types, and counts what a person would need for it; the mouse is never touched."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys, self.thoughts = page, 0, 0

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        """Think, then type a text."""
        self.thoughts += 1
        self.page.keyboard.type(text)
        self.keys += len(text)

    def tab_to(self, selector: str) -> None:
        """Think, then press Tab until the element has the focus; it must be reached, and seen to be."""
        self.thoughts += 1
        for _ in range(60):
            if self.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
            self.press("Tab")
        pytest.fail(f"the keyboard does not reach {selector}")

    @property
    def seconds(self) -> float:
        """Return how long it takes by the model."""
        return self.keys * KEY_SECONDS + self.thoughts * THINK_SECONDS + ANSWER_SECONDS
