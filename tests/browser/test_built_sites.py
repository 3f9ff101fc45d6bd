"""Sites that were built closed, served by a server that knows nothing: no browser contacts anybody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from consentgate import Policy
from consentgate.building import build
from consentgate.web.url import Url, resolve

from .engine import Engine, in_every_engine
from .file_server import served_files
from .recorder import Answer
from .test_vectors import CASES, FRAMES, with_its_own_third_party
from .visit import Visitor

pytestmark = pytest.mark.browser

OWN = "www.example.org"
SITE = f"https://{OWN}/"
SAMPLE = [*CASES][::3]


def written(folder: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8", newline="")
    return folder


def closed(tmp_path: Path, files: dict[str, str]) -> Path:
    build(written(tmp_path / "src", files), tmp_path / "out", url=SITE)
    return tmp_path / "out"


def contacted(visitor: Visitor, folder: Path, paths: Iterable[str]) -> set[str]:
    """The third parties that are contacted by the pages at these paths."""
    with served_files(folder) as site:
        visitor.recorder.forwards[OWN] = site.port
        visits = [visitor.opens(SITE + path) for path in paths]
    return {host for visit in visits for host in visit.hosts}


# -- what is in the bytes --------------------------------------------------------------------------------


def pages_with(numbers: list[int]) -> dict[str, str]:
    """A page for each case, and pages that hold as many of them as a browser takes."""
    cases = {
        f"dir/{n}.html": f"<!DOCTYPE html><meta charset=utf-8>{with_its_own_third_party(CASES[n], n)}"
        for n in numbers
    }
    holding = {
        f"frames/{first}.html": "<!DOCTYPE html><title>cases</title>"
        + "".join(
            f'<iframe src="/dir/{n}.html" width=36 height=24></iframe>'
            for n in numbers[first : first + FRAMES]
        )
        for first in range(0, len(numbers), FRAMES)
    }
    return {**cases, **holding}


@in_every_engine
def test_the_vectors_contact_nobody(
    tmp_path: Path, engine: Engine, new_visitor: Callable[..., Visitor]
) -> None:
    files = pages_with(SAMPLE)
    folder = closed(tmp_path, files)

    assert contacted(new_visitor(), folder, [path for path in files if path.startswith("frames/")]) == set()


def test_without_the_build_many_of_them_contact_somebody(tmp_path: Path, visitor: Visitor) -> None:
    """What keeps the test above honest."""
    files = pages_with(SAMPLE[::5])
    folder = written(tmp_path / "src", files)
    found = contacted(visitor, folder, [path for path in files if path.startswith("frames/")])

    assert len(found) > len(SAMPLE[::5]) / 3


# -- what scripts and style sheets do --------------------------------------------------------------------

SCRIPT = """
new Image().src = "https://image.third.example/a.gif";
fetch("https://fetch.third.example/").catch(() => 0);
navigator.sendBeacon("https://beacon.third.example/");
new WebSocket("wss://socket.third.example/").onerror = () => 0;
const loads = (name, attributes) => document.documentElement.append(
    Object.assign(document.createElement(name), attributes));
loads("script", {src: "https://script.third.example/a.js"});
loads("link", {rel: "stylesheet", href: "https://style.third.example/a.css"});
loads("link", {rel: "prefetch", href: "https://prefetch.third.example/a"});
loads("video", {src: "https://video.third.example/a.mp4", autoplay: true});
"""
SHEET = """
@import "https://import.third.example/a.css";
@font-face { font-family: F; src: url(https://font.third.example/a.woff2) }
html { background: url(https://background.third.example/a.gif); font-family: F }
"""
PAGES = {
    "page.html": "<!doctype html><head><link rel=stylesheet href=a.css></head>text<script src=a.js></script>",
    "headless.html": "<script src=a.js></script><link rel=stylesheet href=a.css>text",
    "text.html": "text<script src=a.js></script>",
    "frames.html": "<frameset onload=\"new Image().src='//on.test/'\"><frame src=own.html></frameset>",
    "inline.html": f"<!doctype html><p onclick=1>text<script>{SCRIPT}</script>",
    "amp.html": "<html amp><head></head><body>text<script src=a.js></script>",
    "own.html": "<p>text",
    "picture.html": "<!doctype html><object data=a.svg></object><iframe src=a.svg></iframe>",
    "a.svg": '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://svg.third.example/a.gif"/></svg>',
    "a.js": SCRIPT,
    "a.css": SHEET,
}
SHOWN = [path for path in PAGES if path.endswith(".html")]


@pytest.mark.engines
@in_every_engine
def test_what_scripts_and_style_sheets_name_is_not_contacted(
    tmp_path: Path, engine: Engine, new_visitor: Callable[..., Visitor]
) -> None:
    assert contacted(new_visitor(), closed(tmp_path, PAGES), SHOWN) == set()


@in_every_engine
def test_a_frame_that_a_script_inserts_is_asked_for_nothing(
    tmp_path: Path, engine: Engine, new_visitor: Callable[..., Visitor]
) -> None:
    """Chromium connects to its host before it asks the page's policy, and says nothing (docs/build.md)."""
    script = (
        "let a = document.createElement('iframe'); a.src = '//frame.third.example/'; document.body.append(a)"
    )
    folder = closed(tmp_path, {"index.html": f"<!doctype html><body><script>{script}</script>"})
    visitor = new_visitor()
    with served_files(folder) as site:
        visitor.recorder.forwards[OWN] = site.port
        assert visitor.opens(SITE).requests == []


# own.html contacts nobody: it is there to be framed.
@pytest.mark.parametrize("path", [path for path in SHOWN if path != "own.html"])
def test_without_the_build_each_page_contacts_somebody(tmp_path: Path, visitor: Visitor, path: str) -> None:
    """What keeps the test above honest."""
    assert contacted(visitor, written(tmp_path / "src", PAGES), [path])


# -- what goes on working --------------------------------------------------------------------------------

EMBED = '<iframe src="https://www.youtube.com/embed/x" title="A film"></iframe>'


def test_the_sites_own_files_go_on_working(tmp_path: Path, visitor: Visitor) -> None:
    page = (
        "<!doctype html><html lang=en><link rel=stylesheet href=own.css><script>var inline = 1</script>"
        '<body onload="document.title = `${inline} ${own}`">'
        f"<h1>Words</h1>{EMBED}<script src=own.js></script>"
    )
    files = {"a/index.html": page, "a/own.css": "h1 { color: rgb(1, 2, 3) }", "a/own.js": "var own = 2"}
    with served_files(closed(tmp_path, files)) as site:
        visitor.recorder.forwards[OWN] = site.port
        visit = visitor.opens(f"{SITE}a/")
        assert visit.hosts == set()
        assert visitor.page.title() == "1 2"
        colour = "e => getComputedStyle(e).color"
        assert visitor.page.locator("h1").evaluate(colour) == "rgb(1, 2, 3)"
        # Our own style sheet is there, too.
        border = "e => getComputedStyle(e).borderTopStyle"
        assert visitor.page.locator(".consentgate-placeholder").evaluate(border) == "solid"
        link = visitor.page.get_by_role("link", name="Go to YouTube")
        assert resolve(link.get_attribute("href") or "", Url("https", "", "/")).host == "www.youtube.com"


def test_a_site_works_from_a_disk(tmp_path: Path, visitor: Visitor) -> None:
    style, script = "<link rel=stylesheet href=../own.css>", "<script src=../own.js></script>"
    page = f"<!doctype html>{style}<h1>Words</h1>{EMBED}{script}"
    files = {
        "a/index.html": page,
        "own.css": "h1 { color: rgb(1, 2, 3) }",
        "own.js": "document.title = 'run'",
    }
    build(written(tmp_path / "src", files), tmp_path / "out")
    visit = visitor.opens((tmp_path / "out" / "a" / "index.html").as_uri())

    assert visit.hosts == set()
    assert visitor.page.title() == "run"
    assert visitor.page.locator("h1").evaluate("e => getComputedStyle(e).color") == "rgb(1, 2, 3)"
    assert (
        visitor.page.locator(".consentgate-placeholder").evaluate("e => getComputedStyle(e).borderTopStyle")
        == "solid"
    )


def test_what_the_policy_declares_is_contacted(tmp_path: Path, visitor: Visitor) -> None:
    (tmp_path / "consentgate.toml").write_text(
        '[site]\nname = "A"\ncontroller = "A"\ncontact = "a@example.org"\n'
        '[[service]]\nid = "cdn"\nname = "CDN"\n'
        'category = "necessary"\nreason = "transmission"\nhosts = ["cdn.third.example"]\n'
    )
    hosts = "cdn.third.example", "other.third.example"
    page = f"<!doctype html>{''.join(f'<script src=https://{host}/a.js></script>' for host in hosts)}"
    visitor.recorder.answers["cdn.third.example"] = Answer("text/javascript", b"document.title = 'run'")
    policy = Policy.load(tmp_path / "consentgate.toml")
    build(written(tmp_path / "src", {"index.html": page}), tmp_path / "out", policy, url=SITE)

    assert contacted(visitor, tmp_path / "out", [""]) == {"cdn.third.example"}
    assert visitor.page.title() == "run"
