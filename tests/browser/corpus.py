"""Real pages behind the gate, as their own origin.

Each page is served as https://ITS-OWN-HOST/.
"""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from publicsuffixlist import PublicSuffixList

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .recorder import Recorder
from .servers import serve_wsgi
from .visit import Visit

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
SUFFIXES = PublicSuffixList()


class SavedPage(NamedTuple):
    file: str
    host: str
    content_type: str

    @property
    def url(self) -> str:
        return f"https://{self.host}/"

    @property
    def choices(self) -> str:
        return f"{self.url}_privacy/choices"

    @property
    def is_of_frames(self) -> bool:
        return b"<frameset" in (CORPUS / self.file).read_bytes().lower()

    @property
    def is_amp(self) -> bool:
        source = (CORPUS / self.file).read_bytes()
        return re.search(rb"<html[^>]*\s(?:amp|\xe2\x9a\xa1)[\s=>]", source, re.I) is not None

    def app(self, environ: dict[str, str], start_response: Callable[..., object]) -> list[bytes]:
        """The page at `/`; everything else that it names of its own host is missing."""
        if environ["PATH_INFO"] != "/":
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b""]
        start_response("200 OK", [("Content-Type", self.content_type)])
        return [(CORPUS / self.file).read_bytes()]


def saved_pages() -> list[SavedPage]:
    """List the pages of the corpus; skip the module that asks where it is not here."""
    if not CORPUS.is_dir():
        pytest.skip("the corpus of real pages (../shared/corpus) is not here", allow_module_level=True)
    with (CORPUS / "index.csv").open(encoding="utf-8", newline="") as index:
        return [_saved_page(row) for row in csv.DictReader(index)]


def _saved_page(row: dict[str, str]) -> SavedPage:
    declared = row["charset_bom"] or row["charset_meta"]
    charset = "" if declared else row["charset_whatwg"]
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    return SavedPage(row["file"], row["own_host"] or "page.example", content_type)


def for_each(pages: list[SavedPage], *, step: int = 1) -> pytest.MarkDecorator:
    """Parametrise a test by these pages. Of every `step` all but one are left to `make exhaustive`."""
    marked = [
        pytest.param(page, marks=[pytest.mark.exhaustive] if at % step else [])
        for at, page in enumerate(pages)
    ]
    return pytest.mark.parametrize("page", marked, ids=lambda page: Path(page.file).stem)


@contextmanager
def served(app: Callable[..., object], page: SavedPage, recorder: Recorder) -> Iterator[None]:
    with serve_wsgi(app) as site:
        recorder.forwards[page.host] = site.port
        yield
        del recorder.forwards[page.host]


@contextmanager
def gated(page: SavedPage, recorder: Recorder) -> Iterator[None]:
    gate = Gate(Policy(), secret_key="a key for the tests")
    with served(ConsentMiddleware(page.app, gate), page, recorder):
        yield


def third_parties(visit: Visit, page: SavedPage) -> set[str]:
    """Foreign hosts of another registrable domain; an address or a nameless connection is one of its own."""
    own = _registrable_domain(page.host)
    return {host for host in visit.hosts if _registrable_domain(host) != own}


def _registrable_domain(host: str) -> str:
    return SUFFIXES.privatesuffix(host) or host
