"""What goes into the body of the site's pages: the banner, and the link to the settings.

It is a declarative shadow root on the body (WHATWG HTML, 4.12.3). So none of it is among the page's elements:
neither its style sheets nor its scripts find it by chance, and all that it shows is outside the flow.
Browsers that do not know of shadow roots show none of it, and what is closed stays closed. What machines may
look for is in docs/machines.md.
"""

from __future__ import annotations

from enum import Enum
from urllib.parse import quote

from consentgate.consent import Consent
from consentgate.policy import Policy
from consentgate.texts import Texts
from consentgate.web.paths import local_path

from . import assets
from .listing import Listing
from .templating import Slotted, attribute, escaped

SAVED = "consentgate-saved"
"""The id of an element of ours in the head. A page whose address names it says that a choice was saved."""


class Shows(Enum):
    """What a page shows of the gate."""

    QUESTION = "the question, and the purposes in place"
    QUESTION_AGAIN = "the question, to a visitor who has granted something: what, only the choices page knows"
    FOR_EVERYONE = "the question, unless the visitor's own style sheet hides it"
    LINK = "the link to the settings alone"

    @classmethod
    def of(cls, consent: Consent) -> Shows:
        """Return what a visitor with this `consent` is to see."""
        if not consent.asks:
            return cls.LINK
        return cls.QUESTION_AGAIN if consent.is_open else cls.QUESTION


class Banner:
    """Renders the body's insertion for one policy. `base` is the path of the gate's own endpoints, and `lang`
    what links to them name, where they are not to speak the default language."""

    def __init__(self, policy: Policy, texts: Texts, listing: Listing, base: str, lang: str) -> None:
        self._templates = {
            shows: Slotted(
                "body.html",
                ("origin", "style_nonce", "next_value", "next_query"),
                policy.theme.templates,
                texts=texts,
                words=texts.banner,
                site=policy.site,
                base=base,
                lang=lang,
                stylesheet=assets.stylesheets(policy.theme).in_pages.name,
                position=policy.banner.position,
                settings=policy.banner.settings,
                purposes=listing.purposes(),
                question=bool(policy.askable) and shows is not Shows.LINK,
                again=shows is Shows.QUESTION_AGAIN,
                for_everyone=shows is Shows.FOR_EVERYONE,
            )
            for shows in Shows
        }

    def render(self, shows: Shows, next: str, origin: str, style_nonce: str) -> bytes:
        """Return the insertion. `next` is the path of the page, which a decision leads back to; `origin`
        ("//host:port") makes links absolute in a page with a base elsewhere."""
        path = local_path(next)
        return self._templates[shows].fill(
            origin=escaped(origin),
            style_nonce=attribute("nonce", style_nonce),
            next_value=escaped(path),
            next_query=quote(path, safe="/").encode(),
        )
