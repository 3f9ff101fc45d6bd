"""Facts about HTML's elements, each under its section of the WHATWG HTML standard. Names are lowercase."""

from __future__ import annotations

VOID_ELEMENTS = frozenset(
    b"area base br col embed hr img input link meta source track wbr "
    b"basefont bgsound frame keygen param".split()
)
"""Elements without content and end tag (13.1.2), and the obsolete ones that "serialize as void" (13.3)."""

RAW_TEXT_ELEMENTS = frozenset(b"script style title textarea xmp iframe noembed noframes noscript".split())
"""Elements whose contents are text up to their own end tag (13.2.6.2, "parsing elements that contain only
text", and 13.2.6.4.7). `noscript` is one only where scripts run, `plaintext` never ends and is none."""

METADATA_CONTENT = frozenset(b"base link meta noscript script style template title".split())
"""What authors may put in a head (3.2.5.2.1)."""

HEAD_CONTENT = METADATA_CONTENT | {b"basefont", b"bgsound", b"noframes"}
"""What the parser leaves in a head (13.2.6.4.4 "in head", 13.2.6.4.6 "after head")."""

DOCUMENT_TAGS = frozenset((b"html", b"head", b"body"))
"""The tags that every document has, written out or not. In a body they are ignored (13.2.6.4.7)."""

# -- tables ----------------------------------------------------------------------------------------------

TABLE_CELLS = frozenset((b"caption", b"td", b"th"))
"""The parts of a table in which anything may stand (13.2.6.4.11 "in caption", 13.2.6.4.15 "in cell")."""

TABLE_PARTS = TABLE_CELLS.union(b"col colgroup tbody tfoot thead tr".split())
"""The tags that close a cell with all that is open in it (13.2.6.4.15)."""

# -- foreign content (13.2.6.5) --------------------------------------------------------------------------

FOREIGN_ROOTS = frozenset((b"math", b"svg"))
"""The tags that foreign content begins with."""

BREAKOUT_TAGS = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing "
    b"menu meta nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)
"""The start tags that end foreign content. So does a `font` with an attribute of BREAKOUT_FONT_ATTRIBUTES."""

BREAKOUT_FONT_ATTRIBUTES = frozenset((b"color", b"face", b"size"))

SVG_INTEGRATION_POINTS = frozenset((b"desc", b"foreignobject", b"title"))
"""Elements of SVG in which HTML begins again (13.2.6, "HTML integration point")."""

MATHML_TEXT_INTEGRATION_POINTS = frozenset((b"mi", b"mn", b"mo", b"ms", b"mtext"))
"""Elements of MathML in which HTML begins again (13.2.6, "MathML text integration point") ..."""

MATHML_IN_TEXT = frozenset((b"malignmark", b"mglyph"))
"""... but for these, which stay elements of MathML there."""

# -- reading tag by tag ----------------------------------------------------------------------------------

STRUCTURE = frozenset(
    (
        *(RAW_TEXT_ELEMENTS - {b"script", b"style", b"iframe"}),
        *(*FOREIGN_ROOTS, b"plaintext", b"template", b"col", b"select", b"picture"),
        *(b"head", b"body", b"frameset"),
    )
)
"""Elements that load nothing themselves but change how the bytes after them are read."""
