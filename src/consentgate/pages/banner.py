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

from .listing import Listing
from .templating import Slotted, attribute, escaped

SAVED = "consentgate-saved"
"""The id of an element of ours in the head. A page whose address names it says that a choice was saved."""


class Shows(Enum):
    """What a page shows of the gate."""

    QUESTION = "the question, and the purposes in place"
    QUESTION_AGAIN = "the question, to a visitor who has granted something: what, only the choices page knows"
    FOR_EVERYONE = "the question, unless the visitor's own style sheet hides it"
    NOTICE = "what the visitor can object to, and was not told of yet"
    LINK = "the link to the settings alone"

    @classmethod
    def of(cls, consent: Consent) -> Shows:
        """Return what a visitor with this `consent` is to see."""
        if consent.asks:
            return cls.QUESTION_AGAIN if consent.is_given else cls.QUESTION
        can_object = bool(consent.policy.claims.objectable) and not consent.objects
        return cls.NOTICE if consent.choice is None and can_object else cls.LINK


class Beside(Enum):
    """What stands beside the link to the settings, where the law of a regime asks for more."""

    NOTHING = "nothing"
    OBJECT = "the button by which a visitor objects"
    PERMIT = "the button that takes an objection back"
    EITHER = "one of these buttons, as the visitor's own style sheet says"
    OPTED_OUT = "that the signal which opts out is honoured"
    PERHAPS_OPTED_OUT = "the same where the visitor's own style sheet says so"

    @classmethod
    def of(cls, consent: Consent) -> Beside:
        """Return what a visitor with this `consent` is to see."""
        if consent.has_opted_out:
            return cls.OPTED_OUT
        if not consent.policy.claims.objectable:
            return cls.NOTHING
        if consent.choice is not None and consent.choice.objects:
            return cls.PERMIT
        # A signal objects, which no button takes back.
        return cls.NOTHING if consent.objects else cls.OBJECT

    @classmethod
    def for_everyone(cls, policy: Policy) -> Beside:
        """Return what a page shows that is the same for all visitors who have granted nothing."""
        if policy.site.regime == "us":
            return cls.PERHAPS_OPTED_OUT
        return cls.EITHER if policy.claims.objectable else cls.NOTHING

    @classmethod
    def possible(cls, policy: Policy) -> tuple[Beside, ...]:
        """Return all that the pages of a policy may show."""
        if policy.site.regime == "us":
            return cls.NOTHING, cls.OPTED_OUT, cls.PERHAPS_OPTED_OUT
        if policy.claims.objectable:
            return cls.NOTHING, cls.OBJECT, cls.PERMIT, cls.EITHER
        return (cls.NOTHING,)


class Banner:
    """Renders the body's insertion for one policy. `base` is the path of the gate's own endpoints, and `lang`
    what links to them name, where they are not to speak the default language. `stylesheet` is the name of its
    file."""

    def __init__(
        self, policy: Policy, texts: Texts, listing: Listing, base: str, lang: str, stylesheet: str
    ) -> None:
        self._templates = {
            (shows, beside): Slotted(
                "body.html",
                ("origin", "style_nonce", "next_value", "next_query"),
                policy.theme.templates,
                texts=texts,
                words=texts.banner,
                site=policy.site,
                base=base,
                lang=lang,
                stylesheet=stylesheet,
                position=policy.banner.position,
                settings=policy.banner.settings,
                purposes=listing.purposes(),
                question=bool(policy.askable) and shows not in (Shows.NOTICE, Shows.LINK),
                notice=shows is Shows.NOTICE,
                again=shows is Shows.QUESTION_AGAIN,
                for_everyone=shows is Shows.FOR_EVERYONE,
                opens_settings=texts.banner.do_not_sell
                if policy.site.regime == "us"
                else texts.banner.settings,
                object=beside in (Beside.OBJECT, Beside.EITHER),
                permit=beside in (Beside.PERMIT, Beside.EITHER),
                opted_out=beside in (Beside.OPTED_OUT, Beside.PERHAPS_OPTED_OUT),
            )
            for shows in Shows
            for beside in Beside.possible(policy)
        }

    def render(
        self, shows: Shows, next: str, origin: str, style_nonce: str, beside: Beside = Beside.NOTHING
    ) -> bytes:
        """Return the insertion. `next` is the path of the page, which a decision leads back to; `origin`
        ("//host:port") makes links absolute in a page with a base elsewhere."""
        path = local_path(next)
        return self._templates[shows, beside].fill(
            origin=escaped(origin),
            style_nonce=attribute("nonce", style_nonce),
            next_value=escaped(path),
            next_query=quote(path, safe="/").encode(),
        )
