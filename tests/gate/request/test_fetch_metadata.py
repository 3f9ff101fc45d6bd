"""Redirects that nobody asked for: what is fetched ahead, or for a part of a page, leads to nobody else."""

from __future__ import annotations

import pytest

from gate.conftest import MakeSite
from gate.driver import HTML, JSON, POLICY, App, Page
from gate.response.test_body import is_problem, redirect

CLICK = {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
DOWNLOAD_LINK = CLICK | {"Sec_Fetch_Dest": "empty"}
NAVIGATIONS = [{}, {"Accept": "text/html"}, CLICK, CLICK | {"Sec_Fetch_User": "?1"}, DOWNLOAD_LINK]
NO_NAVIGATIONS = [
    CLICK | {"Sec_Purpose": "prefetch"},
    CLICK | {"Sec_Purpose": "prefetch;prerender"},
    *({name: "prefetch"} for name in ("Sec_Purpose", "Purpose", "X_Moz", "X_Purpose")),
    *(
        CLICK | {"Sec_Fetch_Dest": name}
        for name in ("iframe", "frame", "object", "embed", "image", "document, x")
    ),
    *(CLICK | {"Sec_Fetch_Mode": name} for name in ("no-cors", "cors", "same-origin", "navigate, x")),
    {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
    {"Sec_Fetch_Dest": "empty"},
    {"Sec_Fetch_Mode": "cors"},
]


@pytest.mark.parametrize("asked", NAVIGATIONS)
def test_where_the_visitor_goes_a_redirect_passes(make_site: MakeSite, asked: dict[str, str]) -> None:
    reply = make_site(redirect("https://nobody.example/")).gets(**asked)
    assert (reply.status, reply.value("location")) == (302, "https://nobody.example/")
    # A cache must not answer with it what is fetched ahead.
    assert {"Sec-Purpose", "Sec-Fetch-Dest", "Sec-Fetch-Mode"} <= {
        name for value in reply.values("vary") for name in value.split(", ")
    }


@pytest.mark.parametrize("asked", NO_NAVIGATIONS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_else_it_is_refused_and_nothing_of_it_sent(
    make_site: MakeSite, asked: dict[str, str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    reply = make_site(redirect("//films.example/x", status)).gets(**asked)
    assert is_problem(reply, 403)
    assert reply.values("location") == reply.values("set-cookie") == []
    assert "ahead of the visitor or for a part of a page" in caplog.text


@pytest.mark.parametrize("asked", [*NAVIGATIONS, *NO_NAVIGATIONS])
def test_a_redirect_to_the_site_or_to_whom_was_granted_passes_whoever_asks(
    make_site: MakeSite, asked: dict[str, str]
) -> None:
    site = make_site(App(pages={"/own": redirect("/here"), "/films": redirect("https://films.example/")}))
    own = site.gets("/own", **asked)
    assert (own.status, own.value("location")) == (302, "/here")
    assert "Sec-Purpose" not in ", ".join(own.values("vary"))
    assert site.gets("/films", site.chooses("accept"), **asked).status == 302


@pytest.mark.parametrize("more", ["", "gate_redirects = true"])
@pytest.mark.parametrize("asked", [*NAVIGATIONS, *NO_NAVIGATIONS])
def test_a_redirect_to_whom_was_granted_is_not_for_the_caches_of_others(
    make_site: MakeSite, asked: dict[str, str], more: str
) -> None:
    headers = [JSON, ("Location", "https://films.example/"), ("Cache-Control", "public, max-age=600")]
    shared = Page(b"", 301, headers)
    site = make_site(shared, policy=POLICY.replace("[site]", f"[site]\n{more}"))
    reply = site.gets("/", site.chooses("accept"), **asked)
    assert reply.status == 301
    assert "private" in reply.value("cache-control")
    assert {"Cookie", "Sec-GPC"} <= {name for value in reply.values("vary") for name in value.split(", ")}


def test_a_page_that_names_a_location_without_redirecting_passes(make_site: MakeSite) -> None:
    page = Page(b"{}", 201, [JSON, ("Location", "https://nobody.example/")])
    assert make_site(page).gets(Sec_Purpose="prefetch").status == 201


def test_reports_alone_refuse_nothing_and_tell_of_it(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    policy = POLICY.replace("[site]", "[site]\nreport_only = true")
    site = make_site(Page(b"", 302, [HTML, ("Location", "https://nobody.example/")]), policy=policy)
    assert site.gets(Sec_Purpose="prefetch").status == 302
    assert [finding.name for finding in site.gate.findings] == ["nobody.example"]
    assert (
        make_site(Page(b"", 302, [HTML, ("Location", "https://nobody.example/")]), policy=policy)
        .gets()
        .status
        == 302
    )
