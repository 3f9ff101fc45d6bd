"""`consentgate audit` on sites in a real browser: what it prints and writes, and how it ends."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browser.recorder import Recorder
from browser.servers import Site, serve_wsgi
from click.testing import CliRunner, Result

from consentgate import Policy
from consentgate.cli import main
from consentgate.drafting.additions import additions_to, read_sightings

from .planted_site import FAULTS, HOST, URL, app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "flask_app"
POLICY = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'

in_a_browser = pytest.mark.browser


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


takes_long = pytest.mark.engines
in_one_process = pytest.mark.xdist_group("audit")
"""For the tests that share what an audit said, which takes most of a minute."""


@pytest.fixture
def demo() -> Iterator[Site]:
    spec = importlib.util.spec_from_file_location("consentgate_demo_to_audit", DEMO / "app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with serve_wsgi(module.app) as site:
        yield site


@pytest.fixture(scope="module")
def shop(recorder: Recorder) -> Iterator[None]:
    with serve_wsgi(app) as site:
        recorder.forwards[HOST] = site.port
        yield


@pytest.fixture(scope="module")
def audited(
    shop: None, recorder: Recorder, chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Result, Path]:
    folder = tmp_path_factory.mktemp("audit")
    (folder / "ignore.toml").write_text(
        '[[ignore]]\nrule = "hint-*"\nreason = "We look into it"\nuntil = 2999-01-01\n'
    )
    found = run(
        *(URL, "--more", 0, "--settle", 0.8, "--browser", chromium, "--insecure", "--json", "--github"),
        *("--proxy", f"127.0.0.1:{recorder.port}", "--ignore", folder / "ignore.toml"),
        *("--html", folder / "report.html", "--sarif", folder / "report.sarif"),
        *("--write-baseline", folder / "baseline.json", "--findings", folder / "findings.jsonl"),
    )
    return found, folder


@in_a_browser
@takes_long
@in_one_process
def test_the_demo_is_clean(demo: Site, chromium: str) -> None:
    found = run(demo.url, "--policy", DEMO / "consentgate.toml", "--settle", 0.8, "--browser", chromium)
    assert found.stdout.splitlines() == [
        "accepting: 1 click (consentgate)",
        "refusing: 1 click (consentgate)",
        "withdrawing: 2 clicks (consentgate)",
        f"{demo.url}: 0 errors, 0 warnings, 0 notes",
    ]
    assert found.exit_code == 0


@in_a_browser
@takes_long
@in_one_process
def test_a_site_with_faults_is_accepted_by_writing_a_baseline_and_json_has_them(
    audited: tuple[Result, Path],
) -> None:
    found, _ = audited
    assert found.exit_code == 0
    read = json.loads(found.stdout)
    rows = {(one["rule"], one["subject"]) for one in (*read["findings"], *read["ignored"])}
    # No name server here knows the site's names, and the recorder sets no cookie.
    not_here = {"a tracker behind an alias", "a third party's cookie"}
    assert {tuple(fault) for name, fault in FAULTS.items() if name not in not_here} <= rows
    assert {one["rule"] for one in read["ignored"]} >= {"hint-before-consent"}


@in_a_browser
@takes_long
@in_one_process
def test_annotations_go_where_json_does_not(audited: tuple[Result, Path]) -> None:
    found, _ = audited
    assert "::error title=third-party-before-consent%3A www.google-analytics.com::" in found.stderr


@in_a_browser
@takes_long
@in_one_process
def test_the_files_are_written(audited: tuple[Result, Path]) -> None:
    _, folder = audited
    assert json.loads((folder / "report.sarif").read_text())["version"] == "2.1.0"
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg;base64,") >= 7
    assert json.loads((folder / "baseline.json").read_text())["findings"]


@in_a_browser
@takes_long
@in_one_process
def test_what_was_found_becomes_a_policy(audited: tuple[Result, Path]) -> None:
    _, folder = audited
    sightings = read_sightings((folder / "findings.jsonl").read_text(), "consentgate.toml")
    assert sightings.broken == 0
    added = additions_to(POLICY, "consentgate.toml", sightings.sightings, HOST)
    assert {"google-analytics", "hotjar", "youtube", "google-tag-manager"} <= {*added.services}
    Policy.parse(POLICY + added.text)


@in_a_browser
@takes_long
@in_one_process
def test_with_the_baseline_the_same_site_is_clean(
    audited: tuple[Result, Path], recorder: Recorder, chromium: str
) -> None:
    _, folder = audited
    found = run(
        *(URL, "--more", 0, "--settle", 0.8, "--browser", chromium, "--insecure"),
        *("--proxy", f"http://127.0.0.1:{recorder.port}", "--baseline", folder / "baseline.json"),
    )
    assert "0 errors, 0 warnings" in found.stdout
    assert "known from the baseline" in found.stdout
    assert found.exit_code == 0


@in_a_browser
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_site_that_does_not_answer_ends_with_2(chromium: str, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"{scheme}://127.0.0.1:{taken.getsockname()[1]}/"
    found = run(url, "--browser", chromium, "--patience", 5)
    assert found.exit_code == 2
    assert f"Error: {url}: nobody answers\n" in found.stderr


@in_a_browser
def test_an_error_without_a_page_is_no_silence(chromium: str) -> None:
    def empty(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("502 Bad Gateway", [("Content-Length", "0")])
        return []

    with serve_wsgi(empty) as site:
        found = run(site.url, "--browser", chromium)
    assert found.exit_code == 2
    assert "nobody answers" not in found.stderr


@takes_long
@in_a_browser
def test_what_was_found_ends_with_1_unless_it_becomes_the_baseline(chromium: str, tmp_path: Path) -> None:
    def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "visitor=1; Max-Age=999999")])
        return [b"<!doctype html><p>page"]

    with serve_wsgi(page) as site:
        arguments = (site.url, "--browser", chromium, "--settle", 0.3)
        assert run(*arguments).exit_code == 1
        written = run(*arguments, "--write-baseline", tmp_path / "baseline.json")
        assert written.exit_code == 0
        assert json.loads((tmp_path / "baseline.json").read_text())["findings"]


@in_a_browser
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with its browser"])
@pytest.mark.parametrize("busy", [True, False], ids=["while the page loads on and on", "while it waits"])
@pytest.mark.parametrize("command", [("audit",), ("scan", "--rate", "50", "--browser")])
def test_ctrl_c_ends_with_130_and_a_line(
    chromium: str, command: tuple[str, ...], busy: bool, alone: bool
) -> None:
    watched = threading.Event()
    body = b"<!doctype html><p>page"
    if busy:
        body += b"<script>setInterval(() => { for (let n = 0; n < 20; n++) fetch('/?' + n) }, 10)</script>"

    def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        if "Chrom" in environ["HTTP_USER_AGENT"] and (environ["QUERY_STRING"] or not busy):
            watched.set()
        return [body]

    # Jobs in the background, such as CI's, ignore SIGINT, and their children with them.
    heeded = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"{heeded}; from consentgate.cli import main; main(prog_name='consentgate')"
    with (
        serve_wsgi(page) as site,
        subprocess.Popen(
            [sys.executable, "-c", program, *command, site.url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        assert watched.wait(60)
        if alone:
            process.send_signal(signal.SIGINT)
        else:
            # A terminal tells all that run in it.
            os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "Stopped."
    assert "Traceback" not in told


def test_a_browser_that_is_not_there_is_said() -> None:
    found = run(URL, "--browser", "/no/such/browser")
    assert found.exit_code == 2
    assert "there is no program '/no/such/browser'" in found.stderr


def test_without_playwright_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    found = run(URL)
    assert found.exit_code == 2
    assert "the extra `scan` is missing: Playwright. In a checkout: pip install -e '.[scan]'" in found.stderr


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--ignore", "x = 1", "expected [[ignore]] tables"),
        ("--baseline", "{}", "not a baseline"),
        ("--policy", "[site]", "controller"),
    ],
)
def test_files_with_mistakes_end_with_2(tmp_path: Path, option: str, text: str, said: str) -> None:
    file = tmp_path / "file"
    file.write_text(text)
    found = run(URL, option, file)
    assert found.exit_code == 2
    assert said in found.stderr


@pytest.mark.parametrize(
    "arguments", [("ftp://x/",), (URL, "--proxy", "x"), (URL, "--proxy", "x:99999"), (URL, "--fail-on", "x")]
)
def test_what_is_not_understood_ends_with_2(arguments: tuple[Any, ...]) -> None:
    assert run(*arguments).exit_code == 2
