import datetime
import hashlib
import json

import brotli
import pytest

from consentgate.pages import Pages
from consentgate.pages.assets import INTERACTION, SNIPPET
from consentgate.policy import Policy

from .support import PAGES, document, words


def test_gpc_is_dated_as_the_policy_is():
    assert json.loads(PAGES.gpc()) == {"gpc": True, "lastUpdate": "2026-05-04"}


def test_gpc_has_a_date_without_a_policy_file_too():
    statement = json.loads(Pages(Policy()).gpc())
    assert statement["gpc"] is True
    assert datetime.date.fromisoformat(statement["lastUpdate"]) <= datetime.date.today()


def test_the_snippet_s_name_changes_with_its_content():
    digest = hashlib.sha256(SNIPPET.content).hexdigest()[:10]
    assert SNIPPET.name == f"snippet-{digest}.js"


def test_the_own_pages_style_sheet_is_named_by_its_content():
    digest = hashlib.sha256(PAGES.stylesheets.own_pages.content).hexdigest()[:10]
    assert PAGES.stylesheets.own_pages.name == f"page-{digest}.css"
    [link] = document(PAGES.problem(404)).iter("link")
    assert link.attrib["href"] == f"/_privacy/{PAGES.stylesheets.own_pages.name}"


def test_the_snippet_is_small_and_fit_for_a_strict_policy():
    assert len(SNIPPET.content) < 10_200
    assert len(brotli.compress(SNIPPET.content)) < 4_096
    for script in (SNIPPET, INTERACTION):
        text = script.content.decode("ascii")
        for way in ("eval", "Function(", ".innerHTML=", ".cookie=", "setTimeout", "localStorage."):
            assert way not in text


def test_the_headers_of_own_pages_allow_nothing_foreign():
    headers = dict(PAGES.headers("text/html; charset=utf-8"))
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Cookie" in headers["Vary"]


def test_a_file_named_by_its_content_may_be_kept():
    headers = PAGES.headers("text/javascript", "public, max-age=31536000, immutable")
    assert [value for name, value in headers if name == "Cache-Control"] == [
        "public, max-age=31536000, immutable"
    ]


def test_nobody_can_change_the_headers_of_another_answer():
    PAGES.headers("text/css").clear()
    assert PAGES.headers("text/css")


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 500, 502, 503])
def test_each_problem_has_a_page(status):
    root = document(PAGES.problem(status))
    assert root.attrib["lang"] == "en"
    assert words(root.find(".//h1"))
    links = {words(link): link.attrib["href"] for link in root.iter("a")}
    assert links == {"Go to the start page": "/", "Privacy settings": "/_privacy/choices"}


def test_an_unlisted_status_has_a_page_too():
    assert PAGES.problem(418) == PAGES.problem(400)
    assert PAGES.problem(507) == PAGES.problem(500)
