"""The demo site as its visitors see it, with JavaScript on and off: ask, accept, withdraw, refuse."""

import importlib.util
import tomllib
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from .engine import in_every_engine, in_firefox_too
from .servers import Site
from .visit import Visit, Visitor

pytestmark = pytest.mark.browser

DEMO = Path(__file__).resolve().parents[2] / "examples" / "flask_app"
CONSENT_COOKIES = {"consent", "__Host-consent"}
# What the demo's markup loads once it may; a browser without JavaScript fetches no scripts at all.
STYLES = {"fonts.googleapis.com"}
SCRIPTS = {"www.googletagmanager.com", "connect.facebook.net"}
VIDEOS = {"www.youtube.com", "www.youtube-nocookie.com"}  # either will do


@pytest.fixture
def demo(serve: Callable[..., Site]) -> Site:
    """Loaded afresh for each test, so that no test finds what another one left."""
    spec = importlib.util.spec_from_file_location("consentgate_demo", DEMO / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return serve(module.app)


@pytest.fixture(params=[True, False], ids=["javascript on", "javascript off"])
def visitor(request: pytest.FixtureRequest, new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(javascript=request.param)


@pytest.fixture(scope="module")
def exempt() -> set[str]:
    """Names of cookies that the demo's policy declares as necessary; one may end in `*`."""
    policy: dict[str, Any] = tomllib.loads((DEMO / "consentgate.toml").read_text(encoding="utf-8"))
    return {cookie["name"] for cookie in policy.get("cookie", []) if cookie["category"] == "necessary"}


def cookies_that_need_consent(visit: Visit, exempt: set[str]) -> set[str]:
    allowed = exempt | CONSENT_COOKIES
    return {name for name in visit.cookie_names if not any(fnmatchcase(name, one) for one in allowed)}


def assert_open(visit: Visit, *, javascript: bool = True) -> None:
    assert visit.hosts >= (STYLES | SCRIPTS if javascript else STYLES)
    assert visit.hosts & VIDEOS


@in_every_engine
def test_before_a_choice_nobody_is_contacted_and_the_visitor_is_asked(
    demo: Site, visitor: Visitor, exempt: set[str]
) -> None:
    visit = visitor.opens(demo.url)

    assert visit.hosts == set()
    assert cookies_that_need_consent(visit, exempt) == set()
    assert visit.storage == set()
    assert visit.shows("Accept")
    assert visit.shows("Refuse")


@in_every_engine
def test_accepting_opens_the_site_and_withdrawing_closes_it(
    demo: Site, visitor: Visitor, exempt: set[str]
) -> None:
    visitor.opens(demo.url)
    accepted = visitor.presses("Accept", reaching=VIDEOS)
    assert_open(accepted, javascript=visitor.javascript)
    assert cookies_that_need_consent(accepted, exempt), "the demo has a cookie that needs consent"
    assert not accepted.shows("Accept")

    # The page with the link is still open to third parties; only what comes after the act counts.
    visitor.follows("Privacy settings")
    withdrawn = visitor.presses("Withdraw")
    assert withdrawn.hosts == set()
    assert cookies_that_need_consent(withdrawn, exempt) == set()

    later = visitor.opens(demo.url)
    assert later.hosts == set()
    assert cookies_that_need_consent(later, exempt) == set()


@in_every_engine
def test_refusing_keeps_the_site_closed_and_asks_no_more(
    demo: Site, visitor: Visitor, exempt: set[str]
) -> None:
    visitor.opens(demo.url)

    for visit in (visitor.presses("Refuse"), visitor.reloads(), visitor.opens(demo.url)):
        assert visit.hosts == set()
        assert cookies_that_need_consent(visit, exempt) == set()
        assert not visit.shows("Accept")
        assert not visit.shows("Refuse")


@in_every_engine
def test_a_choice_stays_with_the_browser_that_made_it(
    demo: Site, new_visitor: Callable[..., Visitor]
) -> None:
    one, other = new_visitor(), new_visitor()
    one.opens(demo.url)
    assert_open(one.presses("Accept", reaching=VIDEOS))

    assert other.opens(demo.url).hosts == set()
    assert_open(one.reloads(reaching=VIDEOS))


@in_firefox_too
def test_a_visitor_who_sends_global_privacy_control_is_not_tracked(
    demo: Site, new_visitor: Callable[..., Visitor], exempt: set[str]
) -> None:
    visit = new_visitor(headers={"Sec-GPC": "1"}).opens(demo.url)

    assert visit.hosts == set()
    assert cookies_that_need_consent(visit, exempt) == set()
