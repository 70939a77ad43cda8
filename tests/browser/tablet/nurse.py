"""Be a nurse at a tablet: tap and type on what the screen shows, and count what a person would need for it.

The count is a keystroke-level model (Card, Moran and Newell), not a robot's speed: a tap is pointing and pressing, each
new step is thought about, a screen answers, and what is read out is read at the pace of reading aloud.
"""

from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.tablet.conftest import PIN, Handset

POINT_SECONDS, PRESS_SECONDS, THINK_SECONDS, ANSWER_SECONDS, KEY_SECONDS = 1.1, 0.2, 1.35, 0.5, 0.5
WORDS_ALOUD_PER_SECOND = 2.5
expect.set_options(timeout=30_000)  # a busy machine is no fault of the tablet's


@dataclass
class Count:
    """What was done since the count began."""

    taps: int = 0
    keys: int = 0
    words_read: int = 0

    @property
    def seconds(self) -> float:
        """Return how long it takes by the model."""
        taps = self.taps * (POINT_SECONDS + PRESS_SECONDS + THINK_SECONDS + ANSWER_SECONDS)
        return taps + self.keys * KEY_SECONDS + self.words_read / WORDS_ALOUD_PER_SECOND

    def __str__(self) -> str:
        """Say the count in one line."""
        return (
            f"{self.taps} taps, {self.keys} keys, {self.words_read} words read aloud: {self.seconds:.0f} s by the model"
        )


@dataclass
class Nurse:
    """Somebody with a tablet in the hand."""

    handset: Handset
    login: str
    count: Count = field(default_factory=Count)

    @property
    def page(self) -> Page:
        """Return what is on the screen."""
        assert self.handset.page is not None
        return self.handset.page

    def begin(self, label: str) -> None:
        """Enrol the tablet by the code of the desk and sign in with both factors, as on the first day."""
        ward = self.handset.ward
        self.go(ward.code(label))
        self.page.reload()
        self.look()
        self.page.click("[data-act=enrol]")
        self.sign_in()
        self.wait_for_sync()
        expect(self.page.locator("#stops li").first).to_be_visible()
        self.handset.do("navigator.serviceWorker.ready.then(() => true)")

    def look(self) -> None:
        """Let the test look at the tablet that the screens have opened."""
        self.page.evaluate(
            """async () => {
              const { openTablet } = await import(new URL("./tablet.js", document.querySelector("script[type=module]").src).href);
              window.tablet = await openTablet();
            }"""
        )

    def sign_in(self) -> None:
        """Sign in with both factors and choose a PIN."""
        proof = self.handset.ward.proof(self.login)
        for name, value in {**proof, "again": proof["pin"]}.items():
            self.page.fill(f"#first-time input[name={name}]", value)
        self.page.click("[data-act=sign-in]")

    def wait_for_sync(self) -> None:
        """Wait until the tablet agrees with the server."""
        self.page.wait_for_function("() => window.tablet?.state.last_sync?.complete && !window.tablet.state.syncing")

    def unlock(self) -> None:
        """Open by PIN."""
        self.page.fill("form:has([data-act=unlock]) input[name=pin]", PIN)
        self.page.click("[data-act=unlock]")
        expect(self.page.locator("#stops")).to_be_visible()

    def tap(self, what: str | Locator) -> None:
        """Tap something that is on the screen."""
        (self.page.locator(what).first if isinstance(what, str) else what).click()
        self.count.taps += 1

    def choose(self, name: str, value: str) -> None:
        """Tap one word of a choice."""
        box = self.page.locator(f"input[name='{name}'][value='{value}']")
        self.page.locator("label.choice").filter(has=box).click()
        expect(box).to_be_checked()
        self.count.taps += 1

    def type(self, name: str, text: str) -> None:
        """Tap a field and type into it."""
        self.page.locator(f"main input[name='{name}'], main textarea[name='{name}']").first.fill(text)
        self.count.taps += 1
        self.count.keys += len(text)

    def read_aloud(self, words: str) -> None:
        """Read something out to the person."""
        self.count.words_read += len(words.split())

    def go(self, address: str) -> None:
        """Go to a screen by its address, as a link would."""
        self.page.evaluate("hash => { location.hash = hash; }", address)

    def saved(self) -> None:
        """See that the tablet says that it keeps it."""
        expect(self.page.locator(".told .notice.good")).to_be_visible()

    def records(self, kind: str) -> list[Any]:
        """Return what the tablet shows of a kind."""
        found: list[Any] = self.handset.call("all", kind)
        return found
