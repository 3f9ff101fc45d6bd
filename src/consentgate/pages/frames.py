"""The documents in the frames of embeds: the placeholder of a blocked one, and one that was opened once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import escape

from consentgate.catalogue import catalogue
from consentgate.consent.embed import Embed
from consentgate.policy import NECESSARY, Claim, Policy
from consentgate.texts import Texts
from consentgate.web.paths import local_path
from consentgate.web.url import Url, resolve

from .templating import Slotted, environment

_MOST_SERVICES = 256


class Means(NamedTuple):
    """What a page's own Content-Security-Policy leaves a placeholder in it to work with: the nonce of its
    style sheet; whether `forms` may be sent; whether a page of ours may be `in_place`, in the page's
    frames."""

    style_nonce: str = ""
    forms: bool = True
    in_place: bool = True


class _Kind(NamedTuple):
    asks: bool
    loads: bool
    allows: bool
    in_place: bool


class Frames:
    """Renders what the frames of embeds show. `lang` is what its links name for the language of `texts`, ""
    for the default one. `allows_one` says that a visitor may allow a single service."""

    def __init__(
        self, policy: Policy, texts: Texts, base: str, stylesheet: str, *, lang: str, allows_one: bool
    ) -> None:
        self._policy = policy
        self._texts = texts
        self._base = base
        self._stylesheet = stylesheet
        self._lang = lang
        self._allows_one = allows_one
        self._templates: dict[_Kind, Slotted] = {}
        self._words = lru_cache(_MOST_SERVICES)(self._words_for)
        self._receiving = {
            service.id: texts.placeholder.stores if service.cookies else texts.placeholder.receives
            for service in policy.services
        }

    def placeholder(
        self, claim: Claim, url: str, signed: str, next: str, means: Means, origin: str = ""
    ) -> bytes:
        """Return the document for a frame on which there is a `claim`, and which would have led to `url`.

        `signed` is what opens it once, "" where that cannot be. `next` and `origin` are as for the banner.
        """
        opens = claim.declared and claim.unit is not None and means.forms
        # What was objected to is not asked for.
        asks = opens and claim.category != NECESSARY
        kind = _Kind(
            claim.unit is not None, opens and signed != "", asks and self._allows_one, means.in_place
        )
        return self._template(kind).fill(
            origin=_escaped(origin),
            style_nonce=b" nonce='%s'" % _escaped(means.style_nonce) if means.style_nonce else b"",
            embed=signed.encode(),
            link=_link(self._texts.placeholder.open, claim.name, url),
            **self._words(claim),
            **_way_back(next),
        )

    def opened(self, embed: Embed, name: str, signed: str, next: str, *, window: bool) -> bytes:
        """Render the page that holds nothing but an embed, and the way back: in a `window` of its own to the
        page `next`, else to the placeholder."""
        text = (
            environment()
            .get_template("embed.html")
            .render(
                texts=self._texts,
                base=self._base,
                lang=self._lang,
                stylesheet=self._stylesheet,
                embed=embed,
                # An embed that has no name of its own is called by its service's.
                attributes=tuple({"title": name, **dict(embed.attributes)}.items()),
                name=name,
                close=self._texts.placeholder.close.format(service=name),
                signed=signed,
                next=local_path(next),
                window=window,
            )
        )
        return text.encode("utf-8", "replace")

    def _template(self, kind: _Kind) -> Slotted:
        made = self._templates.get(kind)
        if made is None:
            slots = ("origin", "style_nonce", "title", "name", "sentence", "next_value", "next_query")
            made = self._templates[kind] = Slotted(
                "placeholder_frame.html",
                (*slots, "embed", "service", "always", "link"),
                texts=self._texts,
                base=self._base,
                lang=self._lang,
                stylesheet=self._stylesheet,
                **kind._asdict(),
            )
        return made

    def _words_for(self, claim: Claim) -> Mapping[str, bytes]:
        words, name = self._texts.placeholder, claim.name
        said = {
            "title": words.title.format(service=name),
            "name": name,
            "sentence": self._sentence(claim),
            "service": claim.service or "",
            "always": words.always.format(service=name),
        }
        return {slot: _escaped(text) for slot, text in said.items()}

    def _sentence(self, claim: Claim) -> str:
        words = self._texts.placeholder
        if claim.unit is None:
            sentence = words.elsewhere if claim.pages else words.never
        else:
            sentence = self._receiving.get(claim.service or "", words.receives)
        return sentence.format(service=claim.name)


# A site has the same frames on every page, and a page the same path in each: escaping is most of what a
# placeholder costs.
@lru_cache(maxsize=256)
def _link(words: str, name: str, url: str) -> bytes:
    """Return the link to what a frame at `url` would have shown, at its vendor's."""
    address = page_of_embed(url)
    if not address:
        return b""
    text = _escaped(words.format(service=name))
    return b"<a href='%s' target='_blank' rel='noopener noreferrer'>%s</a>\n" % (_escaped(address), text)


@lru_cache(maxsize=256)
def _way_back(next: str) -> Mapping[str, bytes]:
    path = local_path(next)
    return {"next_value": _escaped(path), "next_query": quote(path, safe="/").encode()}


def page_of_embed(url: str) -> str:
    """Return the address at which a person sees what a frame at `url` would show; "" where that is none on
    another host."""
    target = resolve(url, Url("https", "", "/"))
    if not target.is_on_the_web:
        return ""
    return catalogue().page_of_embed(url, target.host, target.path) or url


def _escaped(value: str) -> bytes:
    return str(escape(value)).encode("ascii", "xmlcharrefreplace")
