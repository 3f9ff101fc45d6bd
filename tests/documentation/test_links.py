"""Links of the documentation lead to files that are there, and to headings that their pages have.

Links to other sites are for `make links`, since tests talk to nobody.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest

from .pages import PAGES, ROOT, read


def broken(page: str, links: tuple[str, ...]) -> Iterator[str]:
    """Yield each link of the page that leads nowhere in the repository."""
    for link in links:
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        path = unquote(parts.path)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        if not (ROOT / target).exists():
            yield f"{link}: there is no {target}"
        elif parts.fragment and (target not in PAGES or unquote(parts.fragment) not in read(target).anchors):
            yield f"{link}: {target} has no such heading"


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    assert list(broken(page, read(page).links)) == []


@pytest.mark.parametrize("page", PAGES)
def test_links_to_other_sites_are_encrypted(page: str) -> None:
    hosts = [urlsplit(link).hostname for link in read(page).links if link.startswith("http:")]
    assert set(hosts) <= {"127.0.0.1", "localhost"}


def test_a_broken_link_is_found() -> None:
    links = ("no.md", "policy.md#no", "#no", "../README.md#limits-honestly", "policy.md#site", "../src")
    assert list(broken("docs/cli.md", links)) == [
        "no.md: there is no docs/no.md",
        "policy.md#no: docs/policy.md has no such heading",
        "#no: docs/cli.md has no such heading",
    ]


def test_every_page_of_the_site_is_in_its_contents_and_in_the_readme() -> None:
    """Sphinx says so of its contents, but only where it is installed."""
    pages = {page for page in PAGES if page.startswith("docs/") and page.count("/") == 1}
    contents = {
        f"docs/{line}.md"
        for block in read("docs/index.md").blocks
        for line in block.text.splitlines()
        if line and not line.startswith(":")
    }
    assert pages - contents == {"docs/index.md"}
    assert pages - {link.partition("#")[0] for link in read("README.md").links} <= {"docs/index.md"}
