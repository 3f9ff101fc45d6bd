"""Style sheets in XSLT: plain ones, and ones that may make a page contact nobody.example."""

from __future__ import annotations

LINK = b'<link rel="preconnect" href="//nobody.example/"/>'
XSLT = b'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'


def sheet(body: bytes, more: bytes = b"") -> bytes:
    """A style sheet whose page is `body`."""
    return (
        b'<?xml version="1.0" encoding="UTF-8"?><xsl:stylesheet version="1.0" %b>'
        b'<xsl:output method="html" indent="yes"/>%b<xsl:template match="/">%b</xsl:template>'
        b"</xsl:stylesheet>"
    ) % (XSLT, more, body)


PLAIN = [
    sheet(
        b"<html><head><title>Feed of <xsl:value-of select='/rss/channel/title'/></title>"
        b"<link rel='stylesheet' href='/feed.css'/><style>a > b { color: red }</style></head><body>"
        b"<xsl:for-each select='/rss/channel/item'><xsl:sort select='pubDate'/><xsl:variable name='u'>"
        b"<xsl:value-of select='link'/></xsl:variable><p class='{position()}'><a href='{$u}' rel='nofollow'>"
        b"<xsl:value-of select='title'/></a><xsl:if test='a'><xsl:text>, </xsl:text></xsl:if></p>"
        b"</xsl:for-each></body></html>"
    ),
    sheet(b"<p><a><xsl:attribute name='href'><xsl:value-of select='link'/></xsl:attribute>x</a></p>"),
    b"<html xsl:version='1.0' %b><body><xsl:value-of select='/'/></body></html>" % XSLT,
]

# A browser contacts somebody at least by most of these.
LOADING = [
    sheet(b"<html><head>%b</head></html>" % LINK),
    b"<html xsl:version='1.0' %b><head>%b</head></html>" % (XSLT, LINK),
    sheet(
        b"<html><head><xsl:element name='link'><xsl:attribute name='rel'>preconnect</xsl:attribute>"
        b"<xsl:attribute name='href'>//nobody.example/</xsl:attribute></xsl:element></head></html>"
    ),
    sheet(
        b"<html><head><link rel='preconnect'><xsl:attribute name='href'>//nobody.example/</xsl:attribute>"
        b"</link></head></html>"
    ),
    sheet(b"<html><head><link rel='preconnect' href=\"{concat('/', '/nobody.example/')}\"/></head></html>"),
    sheet(
        b"<html><head><link xmlns='urn:x' rel='preconnect' href='//nobody.example/'/>"
        b"<xsl:text disable-output-escaping='yes'>&lt;link rel=preconnect href=//nobody.example/></xsl:text>"
        b"</head></html>"
    ),
    sheet(
        b"<noembed><a title='&lt;/noembed>&lt;link rel=preconnect href=//nobody.example/>'>x</a></noembed>"
    ),
]

ODD = [
    *LOADING,
    sheet(LINK),
    sheet(LINK.replace(b"<link", b"<link xmlns='urn:x'")),
    sheet(b"<a rel='prefetch'><xsl:attribute name='href'>//nobody.example/</xsl:attribute></a>"),
    sheet(b"<a><xsl:attribute name='{$n}'>x</xsl:attribute></a>"),
    sheet(b"<a><xsl:attribute name='href' namespace='urn:x'>x</xsl:attribute></a>"),
    sheet(b"<a><xsl:attribute name='ping'>//nobody.example/</xsl:attribute></a>"),
    sheet(b"<link rel='preconnect' href='{$u}'/>"),
    sheet(b"<meta http-equiv='refresh' content='0;{$u}'/>"),
    sheet(b"<a rel='{$r}' href='{$u}'/>"),
    sheet(b"<a rel='prefetch' href='{$u}'/>"),
    sheet(b"<p style='{$s}'/>"),
    sheet(b"<xsl:copy-of select='/'/>"),
    sheet(b"<xsl:copy><xsl:apply-templates/></xsl:copy>"),
    sheet(b"<xsl:value-of select='x' disable-output-escaping='yes'/>"),
    sheet(b"<xsl:text disable-output-escaping='yes'>&lt;link></xsl:text>"),
    sheet(b"<xsl:comment><xsl:value-of select='x'/></xsl:comment>"),
    sheet(b"<xsl:processing-instruction name='x'>y</xsl:processing-instruction>"),
    sheet(b"", b"<xsl:import href='/own.xsl'/>"),
    sheet(b"", b"<xsl:include href='/own.xsl'/>"),
    sheet(b"", b"<xsl:namespace-alias stylesheet-prefix='f' result-prefix='#default'/>"),
    sheet(
        b"<p xsl:use-attribute-sets='a'/>",
        b"<xsl:attribute-set name='a'><xsl:attribute name='style'>x</xsl:attribute></xsl:attribute-set>",
    ),
    sheet(b"<title><a title='{x}'/></title>"),
    sheet(b"<p title='&lt;link rel=preconnect href=//nobody.example/>'/>"),
    sheet(b"<svg xmlns='http://www.w3.org/2000/svg'><style>&lt;link rel=preconnect></style></svg>"),
    sheet(b"<script><xsl:value-of select='x'/></script>"),
    b"<t:transform version='1.0' %b><t:template match='/'><t:copy-of select='/'/></t:template></t:transform>"
    % XSLT.replace(b":xsl", b":t"),
    b"<x><xsl:stylesheet id='s' version='1.0' %b><xsl:template match='/'><xsl:element name='link'/>"
    b"</xsl:template></xsl:stylesheet></x>" % XSLT,
]
