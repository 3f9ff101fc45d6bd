"""Real pages behind the gate, as their own origin: before a yes the browser contacts nobody else.

Each page is served as https://ITS-OWN-HOST/ and all of them are looked at with one browser: their origins
keep them apart, and cookies are cleared in between.
"""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from publicsuffixlist import PublicSuffixList

from .engine import Engine
from .recorder import Recorder
from .servers import serve_wsgi
from .visit import Visit, Visitor, visitor_with_new_profile

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
CHOICES = "/_privacy/choices"
SUFFIXES = PublicSuffixList()

pytestmark = pytest.mark.browser

if not CORPUS.is_dir():
    pytest.skip("the corpus of real pages (../shared/corpus) is not here", allow_module_level=True)


class SavedPage(NamedTuple):
    file: str
    host: str
    content_type: str

    @property
    def url(self) -> str:
        return f"https://{self.host}/"

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
    with (CORPUS / "index.csv").open(encoding="utf-8", newline="") as index:
        return [_saved_page(row) for row in csv.DictReader(index)]


def _saved_page(row: dict[str, str]) -> SavedPage:
    declared = row["charset_bom"] or row["charset_meta"]
    charset = "" if declared else row["charset_whatwg"]
    content_type = f"text/html; charset={charset}" if charset else "text/html"
    return SavedPage(row["file"], row["own_host"] or "page.example", content_type)


PAGES = saved_pages()
SAMPLE = [page for page in PAGES if Path(page.file).stem in {"0030", "0196", "1353", "1818", "2619"}]
for_every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: Path(page.file).stem)
for_a_sample = pytest.mark.parametrize("page", SAMPLE, ids=lambda page: Path(page.file).stem)


@pytest.fixture(scope="module")
def shared_visitor(engine: Engine, certificate: Path) -> Iterator[Visitor]:
    with ExitStack() as stack:
        recorder = stack.enter_context(Recorder(certificate))
        yield stack.enter_context(visitor_with_new_profile(engine, recorder, settle=0.5))


@pytest.fixture
def visitor(shared_visitor: Visitor) -> Visitor:
    shared_visitor.forgets()
    return shared_visitor


@contextmanager
def served(app: Callable[..., object], page: SavedPage, recorder: Recorder) -> Iterator[None]:
    with serve_wsgi(app) as site:
        recorder.forwards[page.host] = site.port
        yield
        del recorder.forwards[page.host]


@contextmanager
def gated(page: SavedPage, recorder: Recorder) -> Iterator[None]:
    from consentgate import Gate, Policy
    from consentgate.wsgi import ConsentMiddleware

    with served(
        ConsentMiddleware(page.app, Gate(Policy(), secret_key="a key for the tests")), page, recorder
    ):
        yield


def third_parties(visit: Visit, page: SavedPage) -> set[str]:
    """Foreign hosts of another registrable domain; an address or a nameless connection is one of its own."""
    own = _registrable_domain(page.host)
    return {host for host in visit.hosts if _registrable_domain(host) != own}


def _registrable_domain(host: str) -> str:
    return SUFFIXES.privatesuffix(host) or host


@for_every_page
def test_before_a_choice_only_the_site_itself_is_contacted(page: SavedPage, visitor: Visitor) -> None:
    with gated(page, visitor.recorder):
        visit = visitor.opens(page.url)

    assert third_parties(visit, page) == set()
    # An error page would contact nobody either: this must be the page, asking. One of frames has no body
    # to ask in, and AMP's rules leave no place for it.
    assert visit.shows("Accept") is not (page.is_of_frames or page.is_amp)


@for_every_page
def test_after_refusing_and_after_withdrawing_it_is_no_other(page: SavedPage, visitor: Visitor) -> None:
    choices = page.url.rstrip("/") + CHOICES
    with gated(page, visitor.recorder):
        visitor.opens(choices)
        refused = visitor.presses("Refuse all")
        visitor.opens(choices)
        visitor.presses("Accept all")
        visitor.opens(choices)
        withdrawn = visitor.presses("Withdraw")

    assert third_parties(refused, page) == set()
    assert third_parties(withdrawn, page) == set()
    # Each decision leads back to the page itself.
    assert {refused.page.url, withdrawn.page.url} == {page.url}


@pytest.mark.slow
@for_a_sample
def test_without_the_gate_a_page_with_third_parties_contacts_them(page: SavedPage, visitor: Visitor) -> None:
    """What keeps the tests above and below honest."""
    with served(page.app, page, visitor.recorder):
        visit = visitor.opens(page.url)

    assert third_parties(visit, page)


@pytest.mark.slow
@for_a_sample
def test_after_refusing_only_the_site_itself_is_contacted(page: SavedPage, visitor: Visitor) -> None:
    with gated(page, visitor.recorder):
        visitor.opens(page.url)
        at_once = visitor.presses("Refuse")
        later = visitor.opens(page.url)

    assert third_parties(at_once, page) == set()
    assert third_parties(later, page) == set()
    assert not later.shows("Accept")


@pytest.mark.slow
@for_a_sample
def test_after_withdrawing_only_the_site_itself_is_contacted(page: SavedPage, visitor: Visitor) -> None:
    with gated(page, visitor.recorder):
        visitor.opens(page.url)
        accepted = visitor.presses("Accept")
        visitor.opens(page.url.rstrip("/") + CHOICES)
        at_once = visitor.presses("Withdraw")
        later = visitor.opens(page.url)

    assert third_parties(accepted, page)
    assert third_parties(at_once, page) == set()
    assert third_parties(later, page) == set()
