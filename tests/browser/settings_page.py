"""The privacy settings as visitors meet them: which boxes they see, what they press, and what comes of it."""

from collections.abc import Callable, Iterable
from typing import Any

from playwright.sync_api import Locator

from consentgate import Consent, Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .servers import Site
from .visit import Visitor

SITE = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
POLICY = (
    SITE
    + """
[[cookie]]
name = "sid"
category = "necessary"
reason = "authentication"

[[cookie]]
name = "_ab"
category = "performance"
lifetime = "30 days"

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.example"]
controller = "Stats Ltd"
privacy_url = "https://stats.example/privacy"
cookies = [{ name = "_st", lifetime = "2 days" }]

[[service]]
id = "films"
name = "Films"
category = "third-party"
hosts = ["films.example"]
"""
)
CATEGORIES = ".consentgate-category > details > summary"
"""What opens the categories. The other lists hold no boxes, and none of it changes what is saved."""
LOCATION = "/_privacy/choices?next=/done"
Box = tuple[str, str]
"""The name and value of a checkbox."""
# Of many elements at once: to ask a browser about each takes seconds.
VISIBLE = """elements => elements.flatMap((element, index) => {
    const { width, height } = element.getBoundingClientRect();
    const isVisible = width && height && element.checkVisibility({ visibilityProperty: true });
    return isVisible ? [[index, element.name, element.value, element.checked]] : [];
})"""


class Shop:
    """A site whose policy can change. It remembers the consent that came with the last request."""

    def __init__(self, policy: str = POLICY) -> None:
        self.consent: Consent | None = None
        self.declares(policy)

    def declares(self, policy: str) -> None:
        self.policy = Policy.parse(policy)
        self._gated = ConsentMiddleware(self._answer, Gate(self.policy, secret_key="a key for the tests"))

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        return self._gated(environ, start_response)

    def _answer(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.consent = environ["consentgate.consent"]
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b'<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1>']

    @property
    def granted(self) -> set[tuple[str, str]]:
        """The services, and their categories, that the last request's consent covered."""
        consent = self.consent
        assert consent is not None
        return {(unit.service, unit.category) for unit in self.policy.claims.units if consent.grants(unit)}


class SettingsPage:
    """The page in a visitor's browser."""

    def __init__(self, visitor: Visitor, site: Site) -> None:
        self.visitor, self.site = visitor, site
        self.page = visitor.page

    def opens(self, *, width: int = 800, height: int = 4000) -> None:
        # All of it fits into the window, so that the bar at the bottom is in no one's way.
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.goto(self.site.at(LOCATION))

    def presses(self, button: str) -> None:
        """Press a button and wait for the page that it leads to."""
        with self.page.expect_navigation(url="**/done#consentgate-saved"):
            self._clicks(self.page.get_by_role("button", name=button, exact=True))

    def toggles(self, label: str) -> None:
        """Click a box by its label."""
        self._clicks(self.page.get_by_text(label, exact=True))

    def unfolds(self, summary: str) -> None:
        """Click on what opens or closes a list."""
        self._clicks(self.page.get_by_text(summary, exact=True))

    def visible(self, selector: str) -> list[Locator]:
        found = self.page.locator(selector)
        return [found.nth(index) for index, *_ in found.evaluate_all(VISIBLE)]

    def boxes(self) -> dict[Box, bool]:
        """The boxes that can be seen: whether each is ticked."""
        found = self.page.locator("input[type=checkbox]").evaluate_all(VISIBLE)
        return {(name, value): is_ticked for _, name, value, is_ticked in found}

    def ticked(self) -> set[Box]:
        return {box for box, on in self.boxes().items() if on}

    def unticks_all_that_can_be_seen(self) -> None:
        while on := self.visible("input[type=checkbox]:checked"):
            self._clicks(on[0])

    def clicks_one(self, choose: Callable[[int], int]) -> None:
        """Click one of the boxes and categories that can be seen."""
        found = self.visible(f"input[type=checkbox], {CATEGORIES}")
        self._clicks(found[choose(len(found))])

    def closes_all(self) -> None:
        """Close every category that is open."""
        while summaries := self.visible(".consentgate-category > details[open] > summary"):
            self._clicks(summaries[0])

    def _clicks(self, target: Locator) -> None:
        # Unforced, Playwright waits for a script to say that nothing moves; Firefox runs none of its then.
        target.click(force=not self.visitor.javascript)
