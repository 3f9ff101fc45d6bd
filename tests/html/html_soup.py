"""Markup that nobody would write, made of pieces that matter."""

from __future__ import annotations

from hypothesis import strategies as st

E = "//evil.test/x"

_TAGS = (
    *(
        "a",
        "b",
        "p",
        "div",
        "span",
        "table",
        "tr",
        "td",
        "th",
        "caption",
        "tbody",
        "colgroup",
        "col",
    ),
    *(
        "select",
        "option",
        "optgroup",
        "input",
        "textarea",
        "title",
        "style",
        "script",
        "noscript",
    ),
    *(
        "noframes",
        "noembed",
        "xmp",
        "iframe",
        "plaintext",
        "template",
        "svg",
        "math",
        "foreignObject",
    ),
    *(
        "desc",
        "g",
        "path",
        "image",
        "use",
        "mi",
        "mo",
        "mtext",
        "mglyph",
        "annotation-xml",
    ),
    *(
        "malignmark",
        "frameset",
        "frame",
        "head",
        "body",
        "html",
        "form",
        "button",
        "li",
        "font",
        "h1",
    ),
    *(
        "br",
        "hr",
        "img",
        "object",
        "embed",
        "video",
        "source",
        "picture",
        "base",
        "meta",
        "link",
    ),
    *(
        "applet",
        "marquee",
        "nobr",
        "ruby",
        "rt",
        "dd",
    ),
    *("dialog", "search", "details", "selectedcontent", "animate", "set", "filter", "mask", "linearGradient"),
    *("mrow", "ms", "semantics", "portal", "fencedframe", "area", "tref", "thead", "listing", "main"),
)

_ATTRIBUTES = (
    f" src={E}",
    f" src='{E}'",
    f' src="{E}"',
    " src=/own",
    f"/src={E}",
    f" href={E}",
    f" xlink:href={E}",
    f" data={E}",
    f" srcset='/a 1x,{E} 2x'",
    f" style='background:url({E})'",
    f' style="background:url({E})"',
    f"/style=background:url({E})",
    f" background={E}",
    f' srcdoc="<img src={E}>"',
    f" ={E}",
    " src",
    " rel=stylesheet",
    " http-equiv=refresh",
    f' content="0;url={E}"',
    " type=image",
    " encoding=text/html",
    " encoding=application/xhtml+xml",
    " attributeName=href",
    f" to={E}",
    f" values='/a;{E}'",
    f" filter='url({E}#a)'",
    f" poster={E}",
    f" attributionsrc='/a {E}'",
    f" ping={E}",
    f" imagesrcset='{E} 1x'",
    f" data-src={E}",
    f""" href="data:text/css,@import 'https:{E}'\"""",
    f' src="data:text/html,<img src=https:{E}>"',
    " shadowrootmode=closed",
    " for=m",
    " type=hidden",
    " hidden",
    " open",
    " color=red",
    " shadowrootmode=open",
    " fill=url(#a)",
    " class='a b'",
    ' title="',
    " title='",
    ' title="<!--"',
    ' title="</title>"',
    ' title="</style></script></noscript>"',
    " type=module",
    " type=importmap",
    "/",
    '"',
    "'",
)

_TEXTS = (
    *(
        "text ",
        "<",
        "</",
        "<!--",
        "-->",
        "--!>",
        "<!",
        "<?",
        ">",
        "]]>",
        "<![CDATA[",
        '"',
        "'",
        "&lt;",
        "\0",
        "\n",
    ),
    *(
        "<!doctype html>",
        "/*",
        "*/",
        f'@import "{E}";',
        f"a{{b:url({E})}}",
        "<!-->",
        "--",
        "é",
        "a{b:c}",
        ";",
        f'import "{E}";',
        'import "m";',
    ),
    # Places where the tree decides what follows.
    *("<svg><a><foreignObject>", "<svg><table>", "<table><svg>", "<math><annotation-xml encoding=text/html>"),
    *("<select><option>", "<select><button>", "<frameset><noframes>", "<svg><desc><p>", "<math><mtext><svg>"),
    *("<head><noscript>", "<div><template shadowrootmode=open>", "</svg></math>", "</template></select>"),
    *(
        "<template><col>",
        "<template><col><svg>",
        "<svg><desc><![CDATA[>",
        "<math><mi><![CDATA[>",
        "<?marker>",
    ),
)

start_tags = st.builds(
    lambda name, attributes, end: f"<{name}{''.join(attributes)}{end}",
    st.sampled_from(_TAGS),
    st.lists(st.sampled_from(_ATTRIBUTES), max_size=3),
    st.sampled_from([">", ">", ">", ">", "/>", " />", "", " >", "\n>"]),
)
end_tags = st.builds(
    lambda name, end: f"</{name}{end}",
    st.sampled_from(_TAGS),
    st.sampled_from([">", ">", ">", " >", "", "/>", ' x=">">']),
)
probes = st.sampled_from([f"<img src={E}>", f"<script src={E}></script>", f"<img title='</x>' src={E}>"])
# A probe behind what only one of the two readings of raw text takes for an attribute.
traps = st.builds(
    lambda name: f'<{name}><a title="</{name}><img src={E}>"></{name}>',
    st.sampled_from(
        ["style", "title", "textarea", "noscript", "script", "xmp", "noembed", "iframe", "noframes"]
    ),
)

modules = st.sampled_from(
    [
        f'<script type=importmap>{{"imports": {{"m": "{E}"}}}}</script>',
        f"<script type=module>import '{E}'</script>",
        "<script type=module>import 'm'</script>",
    ]
)

pieces = st.one_of(
    start_tags, start_tags, end_tags, end_tags, st.sampled_from(_TEXTS), probes, traps, modules
)
soup = st.lists(pieces, min_size=1, max_size=12).map("".join)
