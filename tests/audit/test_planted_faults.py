"""A site with many faults, in a real browser: an audit names each of them (A1, A3, A5), and who did it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser.recorder import Answer, Recorder
from browser.servers import serve_wsgi

from consentgate.audit.browser import Watching, take_tour
from consentgate.audit.judging import Finding, judge_tour
from consentgate.audit.observations import State
from consentgate.audit.tour import Tour

from .planted_site import ALIASES, FAULTS, HOST, URL, app

pytestmark = [pytest.mark.browser, pytest.mark.engines]


@pytest.fixture(scope="module")
def tour(recorder: Recorder, chromium: str) -> Iterator[Tour]:
    watching = Watching(chromium, insecure=True, settle=1.0, upstream=("127.0.0.1", recorder.port))
    with serve_wsgi(app) as site:
        recorder.forwards[HOST] = site.port
        cookie = ("Set-Cookie", "id=1; Max-Age=99999; Secure; SameSite=None")
        recorder.answers["www.youtube.com"] = Answer("text/html", b"film", (cookie,))
        yield take_tour(URL, watching=watching)


@pytest.fixture(scope="module")
def findings(tour: Tour) -> dict[tuple[str, str], Finding]:
    return {(one.rule, one.subject): one for one in judge_tour(tour, aliases=ALIASES)}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_name(findings: dict[tuple[str, str], Finding], fault: str) -> None:
    assert FAULTS[fault] in findings, sorted(findings)


def test_every_host_that_was_contacted_is_told(tour: Tour, recorder: Recorder) -> None:
    """The recorder, which is behind our proxy, knows all of them."""
    contacted = {request.host for request in recorder.requests} | {c.host for c in recorder.connections}
    told = {request.url.split("/")[2].split(":")[0] for visit in tour.visits() for request in visit.requests}
    assert contacted - {None} <= told


def test_what_stores_is_known(findings: dict[tuple[str, str], Finding]) -> None:
    by = {subject: one.by for (rule, subject), one in findings.items() if rule.endswith("before-consent")}
    assert by["_fbp"] == by["_uetvid"] == by["local storage: _hjid"] == by["IndexedDB: tracking"] == (URL,)
    assert by["id on www.youtube.com"] == ("https://www.youtube.com/embed/x",)
    assert by["pixel.adform.net"] == (f"{URL}go",)


def test_findings_say_what_to_do(findings: dict[tuple[str, str], Finding]) -> None:
    found = findings["third-party-before-consent", "www.google-analytics.com"]
    assert (found.level, found.service, found.state) == ("error", "Google Analytics", State.UNDECIDED)
    assert 'use = "google-analytics"' in found.declare
    assert 'use = "meta-pixel"' in findings["cookie-before-consent", "_fbp"].declare


def test_what_is_necessary_is_no_finding(findings: dict[tuple[str, str], Finding]) -> None:
    assert "session" not in {subject for _, subject in findings}


def test_each_state_has_its_picture(tour: Tour) -> None:
    for stage in tour.stages:
        assert all(shot.data.startswith(b"\xff\xd8") for shot in stage.screenshots)
        assert stage.screenshots
