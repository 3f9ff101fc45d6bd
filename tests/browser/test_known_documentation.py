"""The documentation of well-known projects, built closed: it contacts nobody, and its text is all there.

`make build-known` fetches it from the registry first.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from html_trees import is_placeholder, lexbor, outline, without

from consentgate.building import build
from consentgate.html.tokenizer.encoding import sniff_encoding

from .file_server import served_files
from .visit import Visitor

KNOWN = Path(__file__).resolve().parents[2] / ".known"
SITES = sorted(site.name for site in KNOWN.glob("*") if site.name != "sources")
OWN = "docs.own.example"
AT_ONCE = 12

pytestmark = [
    pytest.mark.browser,
    pytest.mark.known,
    pytest.mark.parametrize("name", SITES or ["nothing"]),
    pytest.mark.skipif(not SITES, reason=f"{KNOWN} is not there: make build-known"),
]


def pages_in(folder: Path) -> list[Path]:
    return [page for page in sorted(folder.rglob("*.html")) if "/." not in str(page.relative_to(folder))]


def contacted(visitor: Visitor, folder: Path) -> set[str]:
    """The third parties that all pages of a site contact, shown in frames."""
    shown = [f"/{page.relative_to(folder).as_posix()}" for page in pages_in(folder)]
    holders = []
    for first in range(0, len(shown), AT_ONCE):
        frames = "".join(f"<iframe src='{path}'></iframe>" for path in shown[first : first + AT_ONCE])
        (folder / f"holder-{first}.html").write_text(f"<!doctype html>{frames}")
        holders.append(f"holder-{first}.html")
    with served_files(folder) as site:
        visitor.recorder.forwards[OWN] = site.port
        found = {host for holder in holders for host in visitor.opens(f"https://{OWN}/{holder}").hosts}
        asked = {request.path for request in visitor.recorder.requests if request.host == OWN}
    assert {path for path in shown if path not in asked} == set(), "a page was not loaded at all"
    return found


def text_of(page: bytes) -> str:
    encoding = sniff_encoding(page, None, complete=True)
    assert encoding is not None
    lines = outline(without(lexbor(page.decode(encoding.codec, "replace")), is_placeholder))
    return "".join("".join(text.strip("'\"").split()) for _, text in lines if text[:1] in "'\"")


def test_it_contacts_nobody_when_it_was_built(tmp_path: Path, visitor: Visitor, name: str) -> None:
    report = build(KNOWN / name, tmp_path / "out", url=f"https://{OWN}/")
    assert report.pages == len(pages_in(KNOWN / name))
    for line in report.lines():
        print(line)

    assert contacted(visitor, tmp_path / "out") == set()


def test_the_text_of_every_page_is_all_there(tmp_path: Path, name: str) -> None:
    build(KNOWN / name, tmp_path / "out", url=f"https://{OWN}/")

    for page in pages_in(KNOWN / name):
        closed = tmp_path / "out" / page.relative_to(KNOWN / name)
        assert text_of(closed.read_bytes()) == text_of(page.read_bytes()), page
