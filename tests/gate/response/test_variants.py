"""What caches are told: the variants `closed` and `open` (requirements B17, H2, H3, H5, H6)."""

from __future__ import annotations

import pytest

from gate.conftest import MakeSite
from gate.driver import HTML, JSON, PAGE, POLICY, App, Page, Seen, Site

SHARED = [
    ("Cache-Control", "public, max-age=600, s-maxage=3600, stale-while-revalidate=30"),
    ("Surrogate-Control", "max-age=9"),
    ("CDN-Cache-Control", "max-age=9"),
    ("Cloudflare-CDN-Cache-Control", "max-age=9"),
    ("X-Accel-Expires", "9"),
]


def test_closed_pages_are_the_same_bytes_for_everyone_B17(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML, *SHARED, ("ETag", '"x"'), ("Set-Cookie", "_ab=1")]))
    accepted = site.chooses("accept")
    withdrawn = site.chooses("withdraw", accepted)
    states = {
        "C0": site.gets("/"),
        "CR": site.gets("/", site.chooses("refuse")),
        "CW": site.gets("/", withdrawn),
        "CX": site.gets("/", f"{accepted}x"),
        "GPC": site.gets("/", accepted, Sec_GPC="1"),
        "with cookies": site.gets("/", "_ab=1; sid=2; who=3"),
    }
    for reply in states.values():
        assert reply.but_for_expiries == states["C0"].but_for_expiries
        assert reply.value("cache-control") == SHARED[0][1]
        assert reply.value("vary") == "Cookie, Sec-GPC"
        assert reply.value("surrogate-control") == "max-age=9"


def test_closed_pages_differ_in_nothing_but_the_deletion_of_cookies(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML, ("ETag", '"x"'), ("Cache-Control", "max-age=60")]))
    clean, refused = site.gets("/"), site.gets("/", f"_ab=1; {site.chooses('refuse')}")
    assert refused.deleted
    assert refused.body == clean.body
    assert refused.value("cache-control") == "private, max-age=60"
    drop = ("set-cookie", "cache-control")
    assert [h for h in refused.headers if h[0].lower() not in drop] == [
        h for h in clean.headers if h[0].lower() not in drop
    ]


# -- the banner ----------------------------------------------------------------------------------------------

ASKS, OWN_STYLES = b'value="accept"', b"/_privacy/visitor.css"


@pytest.mark.parametrize(
    "given", ["", "no-store", "private, max-age=9", "no-cache", "max-age=0", "public, no-store"]
)
def test_a_page_that_caches_may_not_share_asks_only_whom_it_has_to(make_site: MakeSite, given: str) -> None:
    headers = [("Cache-Control", given)] if given else []
    site = make_site(Page(headers=[HTML, ("ETag", '"x"'), *headers]))
    undecided, refused = site.gets("/"), site.gets("/", site.chooses("refuse"))
    granted = site.gets("/", site.chooses("accept"))
    assert [ASKS in reply.body for reply in (undecided, refused, granted)] == [True, False, False]
    assert not any(OWN_STYLES in reply.body for reply in (undecided, refused, granted))
    assert undecided.values("cache-control") == ([given] if given else [])
    for reply in (refused, granted):
        assert {"private", "no-store"} & set(reply.value("cache-control").split(", "))
    # Neither may stand for the other.
    assert len({reply.value("etag") for reply in (undecided, refused, granted)}) == 3


@pytest.mark.parametrize(
    "given",
    [
        *((("Cache-Control", value),) for value in ("public", "s-maxage=9", "max-age=9", 'MAX-AGE="9"')),
        *(((name, "max-age=9"),) for name in ("Surrogate-Control", "CDN-Cache-Control", "X-Accel-Expires")),
        (("Expires", "Thu, 01 Dec 2044 16:00:00 GMT"),),
    ],
)
def test_a_page_that_caches_may_share_is_the_same_for_all_who_have_granted_nothing(
    make_site: MakeSite, given: tuple[tuple[str, str], ...]
) -> None:
    site = make_site(Page(headers=[HTML, ("ETag", '"x"'), *given]))
    undecided, refused = site.gets("/"), site.gets("/", site.chooses("refuse"))
    assert undecided == refused
    assert ASKS in undecided.body
    assert OWN_STYLES in undecided.body


def test_a_cache_that_hides_who_asks_gets_what_is_the_same_for_everyone(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML]))
    kept = site.gets("/", X_Consent_Key="closed")
    assert OWN_STYLES in kept.body
    assert kept == site.gets("/", site.chooses("refuse"), X_Consent_Key="closed")
    granted = site.gets("/", site.chooses("accept"), X_Consent_Key="closed")
    assert granted.value("cache-control") == "private"
    assert OWN_STYLES not in granted.body


def test_a_page_in_a_frame_does_not_ask(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML, ("Cache-Control", "private, max-age=9")]))
    framed = site.gets("/", Sec_Fetch_Dest="iframe")
    assert b"<template" not in framed.body
    assert "Sec-Fetch-Dest" in framed.values("vary")
    assert ASKS in site.gets("/", Sec_Fetch_Dest="document").body


@pytest.mark.parametrize("given", [[], [("Cache-Control", "public")]])
def test_a_copy_that_is_good_for_the_visitor_is_not_sent_again(
    make_site: MakeSite, given: list[tuple[str, str]]
) -> None:
    site = make_site(Page(headers=[HTML, ("ETag", '"x"'), *given]))
    cookies = {"": site.gets("/"), (refusal := site.chooses("refuse")): site.gets("/", refusal)}
    site.app.page = Page(b"", status=304, headers=[("ETag", '"x"')])
    for cookie, copy in cookies.items():
        for asking in cookies:
            tag = copy.value("etag")
            reply = site.gets("/", asking, If_None_Match=tag)
            seen = site.app.seen[-1].values("if-none-match")
            is_good = asking == cookie or bool(given)
            assert seen == (['"x"'] if is_good else [])
            assert (tag in reply.values("etag")) is is_good


@pytest.mark.parametrize("form", [{"category": "performance"}, {"service": "stats"}])
def test_open_pages_are_one_visitors_alone_B17_H6(make_site: MakeSite, form: dict[str, str]) -> None:
    site = make_site(Page(headers=[HTML, *SHARED]))
    reply = site.gets("/", site.chooses("save", **form))
    assert reply.value("cache-control") == "private, max-age=600"
    assert {name.lower() for name, _ in reply.headers} == {
        *("content-type", "cache-control", "vary", "content-security-policy", "permissions-policy"),
        *("referrer-policy", "x-dns-prefetch-control"),
    }
    assert reply.value("vary") == "Cookie, Sec-GPC"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ([], "private"),
        (["no-store"], "no-store"),
        (["private, max-age=5"], "private, max-age=5"),
        (['private="x"', "no-cache"], "private, no-cache"),
        (["max-age=5", "PUBLIC", "must-revalidate"], "private, max-age=5, must-revalidate"),
        (["proxy-revalidate"], "private"),
        ([""], "private"),
    ],
)
def test_the_browsers_own_cache_keeps_the_sites_rules(
    make_site: MakeSite, given: list[str], sent: str
) -> None:
    site = make_site(Page(headers=[HTML, *(("Cache-Control", value) for value in given)]))
    assert site.gets("/", site.chooses("accept")).value("cache-control") == sent


def test_an_exempt_cookie_makes_the_answer_private_H6(make_site: MakeSite) -> None:
    site = make_site(
        Page(b"{}", headers=[JSON, ("Set-Cookie", "sid=1"), ("Cache-Control", "public, max-age=5")])
    )
    reply = site.gets()
    assert reply.value("cache-control") == "private, max-age=5"
    assert reply.value("vary") == "Cookie, Sec-GPC"


def test_a_dropped_cookie_makes_nothing_newly_cacheable_H6(make_site: MakeSite) -> None:
    site = make_site(Page(b"{}", headers=[JSON, ("Set-Cookie", "_ab=1")]))
    assert site.gets().value("cache-control") == "private"
    assert site.gets().value("vary") == "Cookie, Sec-GPC"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("max-age=60", "private, max-age=60"),
        ("must-revalidate, stale-while-revalidate=5", "private, must-revalidate"),
        ("max-age=60, Public", "max-age=60, Public"),
        ("s-maxage=60", "s-maxage=60"),
    ],
)
def test_a_page_that_only_a_cookie_kept_out_of_shared_caches_stays_out_H6(
    make_site: MakeSite, given: str, sent: str
) -> None:
    site = make_site(Page(headers=[HTML, ("Set-Cookie", "_ab=1"), ("Cache-Control", given)]))
    assert site.gets().value("cache-control") == sent


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (["Accept-Encoding"], ["Accept-Encoding", "Cookie, Sec-GPC"]),
        (["accept-language, COOKIE"], ["accept-language, COOKIE", "Sec-GPC"]),
        (["cookie", "sec-gpc"], ["cookie", "sec-gpc"]),
        (["*"], ["*"]),
        (["Accept, *"], ["Accept, *"]),
    ],
)
def test_vary_is_merged_over_several_lines_H5(make_site: MakeSite, given: list[str], sent: list[str]) -> None:
    site = make_site(Page(headers=[HTML, *(("Vary", value) for value in given)]))
    assert site.gets().values("vary") == sent
    assert site.gets("/", site.chooses("accept")).values("vary") == sent


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("status", [200, 404, 500])
@pytest.mark.parametrize("kind", [HTML, ("Content-Type", "text/html"), ("Content-Type", "image/svg+xml")])
def test_whatever_the_gate_may_change_says_what_it_depends_on_H5(
    make_site: MakeSite, method: str, status: int, kind: tuple[str, str]
) -> None:
    site = make_site(Page(status=status, headers=[kind]), validated=False)
    for cookie in ("", site.chooses("refuse"), site.chooses("accept")):
        assert site.asks("/", method, [("Cookie", cookie)]).value("vary") == "Cookie, Sec-GPC"


def test_a_page_that_is_not_to_be_transformed_is_gated_all_the_same_H7(make_site: MakeSite) -> None:
    # That word is for intermediaries (RFC 9110, section 7.7); the gate is a part of the origin.
    site = make_site(Page(headers=[HTML, ("Cache-Control", "no-transform, max-age=5")]))
    closed, opened = site.gets(), site.gets("/", site.chooses("accept"))
    assert b"films.example" not in closed.loading
    assert b"consentgate" in opened.body
    assert closed.value("cache-control") == "no-transform, max-age=5"
    assert opened.value("cache-control") == "private, no-transform, max-age=5"


# -- validators ------------------------------------------------------------------------------------------


class Versioned:
    """A page with an ETag, that answers 304 as a framework does."""

    def __init__(self, etag: str = '"v1"', kind: tuple[str, str] = HTML) -> None:
        self.etag = etag
        self.kind = kind

    def __call__(self, seen: Seen) -> Page:
        asked = [tag.strip() for value in seen.values("if-none-match") for tag in value.split(",")]
        headers = [("ETag", self.etag), ("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")]
        if self.etag in asked or "*" in asked or (not asked and seen.values("if-modified-since")):
            return Page(b"", 304, headers)
        return Page(PAGE, 200, [self.kind, *headers])


@pytest.mark.parametrize("accept", ["text/html,*/*", "*/*"])
def test_a_page_is_revalidated_with_the_applications_own_etag_H2(make_site: MakeSite, accept: str) -> None:
    site = make_site(App(decide=Versioned()))
    for cookie in ("", site.chooses("refuse"), site.chooses("accept")):
        etag = site.gets("/", cookie).value("etag")
        assert etag.startswith('"v1--')
        again = site.gets("/", cookie, If_None_Match=f'"other", {etag}', Accept=accept)
        assert (again.status, again.body) == (304, b"")
        assert again.value("etag") == etag
        assert '"v1"' in site.app.seen[-1].values("if-none-match")[0]
        assert again.values("content-length") == again.values("content-type") == []
        assert "content-security-policy" in {name.lower() for name, _ in again.headers}
        assert again.value("vary") == "Cookie, Sec-GPC"


@pytest.mark.parametrize("accept", ["text/html,*/*", "*/*"])
def test_a_copy_of_another_variant_is_never_revived_A3_H2(make_site: MakeSite, accept: str) -> None:
    site = make_site(App(decide=Versioned()))
    states = [
        "",
        site.chooses("accept"),
        site.chooses("save", service="stats"),
        site.chooses("save", service="heat"),
    ]
    tags = [site.gets("/", state).value("etag") for state in states]
    assert len(set(tags)) == len(tags)
    date = "Mon, 23 Nov 2026 00:00:00 GMT"
    for number, state in enumerate(states):
        others = ", ".join(tag for tag in tags if tag != tags[number])
        assert site.gets("/", state, If_None_Match=others, Accept=accept).status == 200
        assert (
            site.gets("/", state, If_None_Match=others, If_Modified_Since=date, Accept=accept).status == 200
        )


def test_a_changed_policy_revives_nothing(make_site: MakeSite) -> None:
    app = App(decide=Versioned())
    etag = make_site(app).gets().value("etag")
    later = make_site(app, policy=POLICY.replace("Films", "Movies"))
    assert later.gets("/", If_None_Match=etag, Accept="text/html").status == 200


@pytest.mark.parametrize("headers", [{"Accept": "text/html"}, {"Sec_Fetch_Dest": "iframe", "Accept": "*/*"}])
@pytest.mark.parametrize(
    "asked",
    [{"If_None_Match": '"v1"'}, {"If_None_Match": "*"}, {"If_None_Match": "v1"}, {"If_Modified_Since": "x"}],
)
def test_a_copy_from_before_the_gate_is_not_revived_H3(
    make_site: MakeSite, headers: dict[str, str], asked: dict[str, str]
) -> None:
    site = make_site(App(decide=Versioned()))
    assert site.gets("/", **headers, **asked).status == 200


def test_what_is_no_page_is_revalidated_as_ever(make_site: MakeSite) -> None:
    site = make_site(App(decide=Versioned(kind=JSON)))
    reply = site.gets()
    assert (reply.value("etag"), reply.values("last-modified")) == ('"v1"', ["Mon, 23 Nov 2026 00:00:00 GMT"])
    again = site.gets("/", If_None_Match='"v1"')
    assert again.status == 304
    assert again.lowered == [("etag", '"v1"'), ("last-modified", "Mon, 23 Nov 2026 00:00:00 GMT")]
    assert site.gets("/", If_Modified_Since="x").status == 304


@pytest.mark.parametrize(("etag", "begins"), [('W/"v1"', 'W/"v1--closed-'), ('""', '"--closed-')])
def test_weak_and_empty_etags_are_marked_too_H2(make_site: MakeSite, etag: str, begins: str) -> None:
    site = make_site(App(decide=Versioned(etag)))
    marked = site.gets().value("etag")
    assert marked.startswith(begins)
    assert site.gets("/", If_None_Match=marked).status == 304


@pytest.mark.parametrize("etag", ["v1", '"v1', "W/v1", "'v1'"])
def test_an_etag_that_cannot_be_marked_is_dropped_H2(make_site: MakeSite, etag: str) -> None:
    assert make_site(Page(headers=[HTML, ("ETag", etag)])).gets().values("etag") == []


def test_last_modified_leaves_no_gated_page_H3(make_site: MakeSite) -> None:
    site = make_site(Page(headers=[HTML, ("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")]))
    for cookie in ("", site.chooses("accept")):
        assert site.gets("/", cookie).values("last-modified") == []


def test_the_guard_of_a_change_holds_whatever_variant_was_seen(make_site: MakeSite) -> None:
    site = make_site(App(decide=Versioned()))
    etag = site.gets().value("etag")
    for headers in ([("If-Match", etag)], [("If-Match", f'{etag}, "b"'), ("Accept", "text/html")]):
        site.asks("/", "PUT", [*headers, ("Cookie", site.chooses("accept"))])
        assert site.app.seen[-1].values("if-match")[0].startswith('"v1"')
    site.asks("/", "PUT", [("If-Match", "*")])
    assert site.app.seen[-1].values("if-match") == ["*"]


def test_no_part_of_a_page_is_asked_for_H4(make_site: MakeSite) -> None:
    site = make_site(App(decide=Versioned()))
    etag = site.gets().value("etag")
    site.gets("/", Accept="text/html", Range="bytes=0-9", If_Range='"v1"')
    assert site.app.seen[-1].values("range") + site.app.seen[-1].values("if-range") == []
    site.gets("/", Accept="*/*", Range="bytes=0-9", If_Range=etag)
    assert site.app.seen[-1].values("range") + site.app.seen[-1].values("if-range") == []
    site.gets("/", Accept="*/*", Range="bytes=0-9", If_Range='"video"')
    assert site.app.seen[-1].values("range") == ["bytes=0-9"]


def test_a_header_that_consent_opens_makes_the_answer_private(make_site: MakeSite) -> None:
    header = ("SourceMap", "https://films.example/x.map")
    site: Site = make_site(Page(b"{}", headers=[JSON, header, ("Cache-Control", "public")]))
    closed, opened = site.gets(), site.gets("/", site.chooses("accept"))
    assert (closed.values("sourcemap"), closed.value("cache-control")) == ([], "public")
    assert (opened.values("sourcemap"), opened.value("cache-control")) == ([header[1]], "private")
    assert closed.value("vary") == opened.value("vary") == "Cookie, Sec-GPC"


@pytest.mark.parametrize(
    "header",
    [
        ("Link", "<https://films.example/x.css>; rel=preload; as=style"),
        ("Alt-Svc", 'h3="films.example:443"'),
        ("SourceMap", "/x.map"),
        ("Content-Security-Policy", "default-src 'self'; report-uri /r"),
    ],
)
def test_a_header_that_is_the_same_for_everyone_leaves_caches_alone(
    make_site: MakeSite, header: tuple[str, str]
) -> None:
    site: Site = make_site(Page(b"{}", headers=[JSON, header, ("Cache-Control", "public")]))
    for reply in (site.gets(), site.gets("/", site.chooses("accept"))):
        assert reply.value("cache-control") == "public"
        assert reply.values("vary") == []
