"""The pages that are measured: real ones from the corpus, or generated ones where it is absent."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"

Reference = tuple[str, str, str]
"""What loads: the element, its attribute and the URL."""


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A page, the `host` it is served from, and the third parties' `references` that are in it."""

    name: str
    html: bytes
    host: str
    charset: str
    references: tuple[Reference, ...]

    @property
    def url(self) -> str:
        return f"https://{self.host}/"


def corpus_pages() -> list[Page]:
    """The pages of the corpus, by name; none where there is no corpus."""
    if not (CORPUS / "index.csv").is_file():
        return []
    with (CORPUS / "index.csv").open(newline="", encoding="utf-8") as index:
        charsets = {row["page"]: row["charset_whatwg"] or "windows-1252" for row in csv.DictReader(index)}
    pages = []
    for line in (CORPUS / "refs.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        name = row["page"]
        html = (CORPUS / "pages" / f"{name}.html").read_bytes()
        references = tuple((tag, attribute, url) for tag, attribute, url in row["refs"])
        pages.append(Page(name, html, row["own_host"] or "example.org", charsets[name], references))
    return pages


def generated_pages() -> list[Page]:
    """Pages like real ones in what matters here: much text, many links, some images, a few trackers."""
    return [generated(f"generated-{articles}", articles) for articles in (10, 40, 160, 640)]


_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>News</title>
<link rel="stylesheet" href="/static/site.css"><link rel="stylesheet" href="https://fonts.example.net/css?f=1">
<script src="https://cdn.example.net/tag.js" async></script>
<script>window.settings = {"lang": "en", "items": [1, 2, 3]};</script></head><body class="front page">
"""
_ARTICLE = """<article class="teaser teaser--{n}" id="a{n}">
<h2><a class="link" href="/news/{n}">Headline {n}</a></h2>
<p style="color: #333">Some text that goes on for a while &amp; has <b>bold</b> and <i>other</i> words
in it, as texts do, so that there is something to read between two tags and a parser can run.</p>
<ul class="tags"><li><a href="/tag/{n}">tag</a></li><li><a href="/tag/all">all</a></li></ul>
<img class="lazy" src="/img/{n}.jpg" srcset="/img/{n}.jpg 1x, /img/{n}@2x.jpg 2x" alt="A picture"></article>
"""
_TRACKER = '<img src="https://pixel.example.com/p?id={n}" width="1" height="1" alt="">\n'


def generated(name: str, articles: int) -> Page:
    """Return a page of this many `articles`, of about half a kilobyte each."""
    body = [_HEAD]
    references = [
        ("link", "href", "https://fonts.example.net/css?f=1"),
        ("script", "src", "https://cdn.example.net/tag.js"),
    ]
    for number in range(articles):
        body.append(_ARTICLE.format(n=number))
        if number % 10 == 0:
            body.append(_TRACKER.format(n=number))
            references.append(("img", "src", f"https://pixel.example.com/p?id={number}"))
    body.append("</body></html>\n")
    return Page(name, "".join(body).encode(), "news.example.org", "utf-8", tuple(references))
