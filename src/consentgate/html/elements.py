"""Which markup loads something: the table to extend when HTML gains a new way.

Sources: WHATWG HTML, "Attributes" index (those with URL values); SVG 2, section 16.1.4; the obsolete
features that browsers still honour (WHATWG HTML, 16.3); requirement A14.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Reads(Enum):
    """How an attribute's value names what it loads."""

    URL = "one URL"
    URLS = "URLs between spaces"
    SRCSET = "image candidates"
    CSS = "style declarations"
    DOCUMENT = "a document of its own"
    REFRESH = "seconds and a URL"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that loads. With `alone` it is dropped from an element that stays; without, the element
    goes as a whole."""

    reads: Reads = Reads.URL
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An element that loads something through its `attributes`.

    `void` elements have no content and no end tag. `visible` ones leave a placeholder when they go.
    """

    attributes: Mapping[str, Attribute]
    void: bool = False
    visible: bool = False


def _element(*, void: bool = False, visible: bool = False, **attributes: Attribute) -> Element:
    named = {name.replace("__", ":").replace("_", "-"): value for name, value in attributes.items()}
    return Element(MappingProxyType(named), void, visible)


_GOES = Attribute()
_ALONE = Attribute(alone=True)
_SRCSET = Attribute(Reads.SRCSET, alone=True)
# What the widespread lazy loaders copy into the real attribute as soon as the page runs.
_LAZY = {"data_src": _GOES, "data_lazy_src": _GOES, "data_original": _GOES}
_LAZY_SET = {"data_srcset": _SRCSET, "data_lazy_srcset": _SRCSET}
_SVG = {"href": _ALONE, "xlink__href": _ALONE}

ELEMENTS: Mapping[bytes, Element] = MappingProxyType(
    {
        b"script": _element(
            src=_GOES, href=_GOES, xlink__href=_GOES, data_src=_GOES, data_rocket_src=_GOES, data_cfsrc=_GOES
        ),
        b"link": _element(void=True, href=_GOES, imagesrcset=Attribute(Reads.SRCSET)),
        b"style": _element(),
        b"meta": _element(void=True),
        b"base": _element(void=True),
        b"iframe": _element(visible=True, src=_GOES, srcdoc=Attribute(Reads.DOCUMENT, alone=True), **_LAZY),
        b"frame": _element(void=True, src=_ALONE),
        b"portal": _element(visible=True, src=_GOES),
        b"fencedframe": _element(visible=True, src=_GOES),
        b"object": _element(visible=True, data=_GOES, classid=_GOES, codebase=_GOES, archive=Attribute(Reads.URLS)),
        b"embed": _element(void=True, visible=True, src=_GOES, code=_GOES),
        b"applet": _element(visible=True, code=_GOES, codebase=_GOES, archive=_GOES, object=_GOES),
        b"img": _element(
            void=True, src=_GOES, srcset=_SRCSET, lowsrc=_ALONE, dynsrc=_ALONE, data_cfsrc=_GOES, **_LAZY, **_LAZY_SET
        ),
        b"image": _element(void=True, src=_GOES, srcset=_SRCSET, **_SVG),
        b"source": _element(void=True, src=_GOES, srcset=Attribute(Reads.SRCSET), **_LAZY, **_LAZY_SET),
        b"track": _element(void=True, src=_GOES),
        b"video": _element(visible=True, src=_GOES, poster=_ALONE, **_LAZY),
        b"audio": _element(visible=True, src=_GOES, **_LAZY),
        b"bgsound": _element(void=True, src=_GOES),
        b"input": _element(void=True, src=_ALONE, lowsrc=_ALONE, dynsrc=_ALONE),
        b"html": _element(manifest=_ALONE),
        b"use": _element(**_SVG),
        b"feimage": _element(**_SVG),
        b"mpath": _element(**_SVG),
        b"textpath": _element(**_SVG),
        b"tref": _element(**_SVG),
        b"pattern": _element(**_SVG),
        b"lineargradient": _element(**_SVG),
        b"radialgradient": _element(**_SVG),
        b"filter": _element(**_SVG),
        b"cursor": _element(**_SVG),
        b"font-face-uri": _element(**_SVG),
        b"color-profile": _element(**_SVG),
    }
)
"""What loads by its own nature, by tag name in small letters."""

ANYWHERE: Mapping[bytes, Attribute] = MappingProxyType(
    {
        b"style": Attribute(Reads.CSS, alone=True),
        b"background": _ALONE,
        b"ping": Attribute(Reads.URLS, alone=True),
        b"attributionsrc": Attribute(Reads.URLS, alone=True),
        **{
            name: Attribute(Reads.CSS, alone=True)
            for name in (b"fill", b"stroke", b"filter", b"mask", b"clip-path", b"cursor")
        },
        **{name: Attribute(Reads.CSS, alone=True) for name in (b"marker-start", b"marker-mid", b"marker-end")},
    }
)
"""What loads on any element. The last ones are SVG's presentation attributes, which hold CSS."""

STRUCTURE = frozenset(
    (
        *(b"title", b"textarea", b"xmp", b"noembed", b"noframes", b"noscript", b"plaintext"),
        *(b"svg", b"math", b"template", b"select", b"picture", b"head", b"body", b"frameset"),
    )
)
"""Elements that load nothing themselves but change how the bytes after them are read."""

INERT_RELATIONS = frozenset(
    (
        *("alternate", "amphtml", "archives", "author", "bookmark", "canonical", "edituri", "external"),
        *("first", "help", "index", "last", "license", "me", "next", "nofollow", "noopener", "noreferrer"),
        *("opener", "pingback", "prev", "previous", "privacy-policy", "profile", "self"),
        *("shortlink", "sidebar", "start", "tag", "terms-of-service", "up", "wlwmanifest", "webmention"),
        *("indieauth-metadata", "authorization_endpoint", "token_endpoint", "micropub", "hub", "publisher"),
        *("image_src", "video_src", "schema.dc", "schema.dcterms", "dcterms.source", "service", "via"),
        *("https://api.w.org/", "contents", "chapter", "section", "subsection", "appendix", "glossary"),
        *("copyright", "home", "syndication", "describedby", "edit", "enclosure"),
    )
)
"""Link relations that name something without loading it. A link loads unless all its relations are these:
an unknown one counts as loading."""
