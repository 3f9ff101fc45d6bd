"""Which markup loads something: the table to extend when HTML gains a new way.

Sources: WHATWG HTML, "Attributes" index (those with URL values); SVG 2, section 16.1.4; the obsolete
features that browsers still honour (WHATWG HTML, 16.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType


class Reads(Enum):
    """How an attribute's value names what it loads."""

    URL = "one URL"
    CODE = "one URL, of what its type says: a document, a script or a style sheet"
    SCRIPT = "one URL, of a script"
    LINK = "one URL, of what the link's relations say"
    URLS = "URLs between spaces"
    SRCSET = "image candidates"
    CSS = "style declarations"
    DOCUMENT = "a document of its own"
    REFRESH = "seconds and a URL"
    COOKIE = "a cookie"
    HINTS = "client hints that are to be sent"
    ANIMATION = "values of another attribute"
    SUBMIT = "one URL, that a form is sent to"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that loads. With `alone` only the attribute is removed, and the element stays. Without it
    the whole element goes. With `alone` and `shown` the element goes too where it is hidden."""

    reads: Reads = Reads.URL
    alone: bool = False
    shown: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """An element that loads something through its `attributes`. One that is `visible` leaves a placeholder
    when it goes."""

    attributes: Mapping[str, Attribute]
    visible: bool = False


_GOES = Attribute()
_ALONE = Attribute(alone=True)
_PICTURE = Attribute(alone=True, shown=True)
_CODE = Attribute(Reads.CODE)
_SCRIPT = Attribute(Reads.SCRIPT)
_SRCSET = Attribute(Reads.SRCSET)
_SRCSET_ALONE = Attribute(Reads.SRCSET, alone=True)
_CSS = Attribute(Reads.CSS, alone=True)
_URLS_ALONE = Attribute(Reads.URLS, alone=True)

# What the widespread lazy loaders copy into the real attribute as soon as the page runs.
_LAZY = {"data-src": _GOES, "data-lazy-src": _GOES, "data-original": _GOES}
# Where optimisers keep the address of a script that they run later; some put an inline one there, too.
_PARKED = dict.fromkeys(
    (
        *(*_LAZY, "data-rocket-src", "data-rocketlazyloadscript", "data-cfsrc", "data-pmdelayedscript"),
        *("data-wpmeteor-src", "data-litespeed-src", "data-pagespeed-orig-src", "pagespeed_orig_src"),
    ),
    _SCRIPT,
)
_LAZY_SRCSET = {"data-srcset": _SRCSET_ALONE, "data-lazy-srcset": _SRCSET_ALONE}
_ANIMATION = Attribute(Reads.ANIMATION, alone=True)
_SUBMIT = Attribute(Reads.SUBMIT, alone=True)
_SVG_LINK = {"href": _ALONE, "xlink:href": _ALONE}

HINDER_PLACEHOLDER = frozenset((b"srcdoc", b"sandbox", b"csp", b"credentialless"))
"""The attributes of a frame that would keep a placeholder in it from being shown, or its form from being
sent. All but `srcdoc` are given back to the frame in which the visitor opens the embed."""

FORM_ACTION: Mapping[str, Attribute] = {"formaction": _SUBMIT}
"""The attributes that every control which submits a form may have."""

PARAMETERS = frozenset(("code", "data", "movie", "src", "url"))
"""The names of a `param` whose value an `object` without `data` loads, even as a page. The standard has
dropped this, but Safari did it up to 17.3 (2024), and Chromium into 2022."""

ELEMENTS: Mapping[bytes, Element] = MappingProxyType(
    {
        # Scripts and styles. What these and `meta` say in their content is judged where they are read.
        b"script": Element(
            {
                "src": _SCRIPT,
                "href": _SCRIPT,
                "xlink:href": _SCRIPT,
                **_PARKED,
            }
        ),
        b"style": Element({}),
        b"link": Element({"href": Attribute(Reads.LINK), "imagesrcset": _SRCSET}),
        b"meta": Element({}),
        b"base": Element({}),
        # Pages within the page.
        b"iframe": Element(
            {
                "src": _CODE,
                "srcdoc": Attribute(Reads.DOCUMENT, alone=True),
                **dict.fromkeys(_LAZY, _CODE),
            },
            visible=True,
        ),
        b"frame": Element({"src": Attribute(Reads.CODE, alone=True)}),
        b"portal": Element({"src": _CODE}, visible=True),
        b"fencedframe": Element({"src": _CODE}, visible=True),
        b"object": Element(
            {"data": _CODE, "classid": _GOES, "codebase": _GOES, "archive": Attribute(Reads.URLS)},
            visible=True,
        ),
        # Its `value` may be the URL of the object that it stands in: see PARAMETERS.
        b"param": Element({}),
        b"embed": Element({"src": _CODE, "code": _GOES}, visible=True),
        b"applet": Element(
            {"code": _GOES, "codebase": _GOES, "archive": _GOES, "object": _GOES}, visible=True
        ),
        # Pictures and media.
        b"img": Element(
            {
                "src": _PICTURE,
                "srcset": _SRCSET_ALONE,
                "lowsrc": _ALONE,
                "dynsrc": _ALONE,
                "data-cfsrc": _PICTURE,
                **dict.fromkeys(_LAZY, _PICTURE),
                **_LAZY_SRCSET,
            },
        ),
        b"source": Element({"src": _GOES, "srcset": _SRCSET, **_LAZY, **_LAZY_SRCSET}),
        b"track": Element({"src": _GOES}),
        b"video": Element({"src": _GOES, "poster": _ALONE, **_LAZY}, visible=True),
        b"audio": Element({"src": _GOES, **_LAZY}, visible=True),
        b"bgsound": Element({"src": _GOES}),
        b"input": Element({"src": _ALONE, "lowsrc": _ALONE, "dynsrc": _ALONE, **FORM_ACTION}),
        # What is typed in, where the policy gates forms.
        b"form": Element({"action": _SUBMIT}),
        b"button": Element(FORM_ACTION),
        b"html": Element({"manifest": _ALONE}),
        # SVG. In HTML, `image` is another name of `img`.
        b"image": Element(
            {
                **dict.fromkeys(("src", "lowsrc", "dynsrc", "data-cfsrc", *_LAZY), _ALONE),
                "srcset": _SRCSET_ALONE,
                **_LAZY_SRCSET,
                **_SVG_LINK,
            }
        ),
        **{
            name: Element(_SVG_LINK)
            for name in (
                *(b"use", b"feimage", b"mpath", b"textpath", b"tref", b"cursor", b"filter", b"pattern"),
                *(b"lineargradient", b"radialgradient", b"font-face-uri", b"color-profile"),
            )
        },
        **{
            name: Element(dict.fromkeys(("to", "from", "by", "values"), _ANIMATION))
            for name in (b"animate", b"set")
        },
    }
)
"""The elements that load by their own nature, by tag name in lowercase."""

ANYWHERE: Mapping[str, Attribute] = MappingProxyType(
    {
        "style": _CSS,
        "background": _ALONE,
        "ping": _URLS_ALONE,
        "attributionsrc": _URLS_ALONE,
        # SVG's presentation attributes that hold CSS with URLs.
        "clip-path": _CSS,
        "cursor": _CSS,
        "fill": _CSS,
        "filter": _CSS,
        "marker-end": _CSS,
        "marker-mid": _CSS,
        "marker-start": _CSS,
        "mask": _CSS,
        "stroke": _CSS,
    }
)
"""The attributes that load on any element."""

INERT_RELATIONS = frozenset(
    (
        # WHATWG HTML, 4.6.7 "Link types". Not `next`: Firefox fetches it ahead as it does `prefetch`, in
        # markup and headers (its `network.prefetch-next`). Not `search`: Chromium fetches the description.
        *("alternate", "author", "bookmark", "canonical", "external", "help", "license", "me", "nofollow"),
        *("noopener", "noreferrer", "opener", "pingback", "prev", "privacy-policy", "tag"),
        "terms-of-service",
        # IANA, "Link Relations", but for what browsers fetch or act on (`payment` opens a wallet, `p3pv1` was
        # read by Internet Explorer).
        *("about", "acl", "amphtml", "api-catalog", "appendix", "archives", "blocked-by", "chapter"),
        *("cite-as", "collection", "contents", "convertedfrom", "copyright", "create-form", "current"),
        *("deprecation", "describedby", "describes", "disclosure", "duplicate", "edit", "edit-form"),
        *("edit-media", "enclosure", "first", "geofeed", "glossary", "hosts", "hub", "index", "item", "last"),
        *("latest-version", "linkset", "lrdd", "memento", "monitor", "monitor-group"),
        *("next-archive", "openid2.local_id", "openid2.provider", "original", "predecessor-version"),
        *("prev-archive", "preview", "previous", "profile", "publication", "related", "replies", "section"),
        *("self", "service", "service-desc", "service-doc", "service-meta", "sponsored", "start", "status"),
        *("subsection", "successor-version", "sunset", "timegate", "timemap", "type", "ugc", "up"),
        *("version-history", "via", "webmention", "working-copy", "working-copy-of"),
        # microformats wiki, "existing rel values": IndieAuth, OpenID 1, editors, feeds, metadata.
        *("authn", "authorization_endpoint", "indieauth-metadata", "micropub", "microsub", "redirect_uri"),
        *("ticket_endpoint", "token_endpoint", "openid.delegate", "openid.server", "pgpkey", "salmon"),
        *("edituri", "wlwmanifest", "service.feed", "service.post", "vcs-git", "vcs-svn", "blogroll", "feed"),
        *("home", "image_src", "video_src", "in-reply-to", "jslicense", "meta", "publisher", "shortlink"),
        *("sidebar", "syndication", "transformation", "http://webmention.org/", "https://api.w.org/"),
        # Dublin Core, "Expressing Dublin Core metadata using HTML": prefixes, and terms that name a document.
        *("schema.dc", "schema.dct", "schema.dcterms", "schema.foaf", "schema.geo"),
        *("dc.license", "dc.relation", "dc.rights", "dc.source"),
        *("dcterms.license", "dcterms.relation", "dcterms.rights", "dcterms.source"),
    )
)
"""Link relations that name something without loading it, in any browser. A link loads unless all its
relations are these: an unknown one counts as loading."""
