"""The Link header, judged like markup (requirement H9)."""

from __future__ import annotations

import pytest

from consentgate.gate.headers.link import AmbiguousLink, filter_links
from gate.conftest import MakeSite
from gate.driver import HTML, JSON, Page
from gate.vectors import ODD_LINKS, PLAIN_LINKS
from gate.vectors import OWN_LINK as OWN

PRELOAD = "<https://films.example/a.js>; rel=preload; as=script"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (OWN, [OWN]),
        (
            "<https://static.example.org/x.css>; rel=stylesheet",
            ["<https://static.example.org/x.css>; rel=stylesheet"],
        ),
        ("<//example.org/x>; rel=preconnect", ["<//example.org/x>; rel=preconnect"]),
        (PRELOAD, []),
        (f"{OWN}, {PRELOAD}", [OWN]),
        (f"{PRELOAD}, {OWN}, {PRELOAD}", [OWN]),
        ('<https://films.example>; REL="DNS-Prefetch Preconnect"', []),
        ("<//films.example>;rel=preconnect", []),
        ("< //films.example >;rel=preconnect", []),
        ("<https:\\\\films.example/>; rel=modulepreload", []),
        ("<https://nobody.example>; rel=unheard-of", []),
        ('<https://films.example>; title="a, b; rel=next"; rel=preload', []),
        ('</x.png>; rel=preload; as=image; imagesrcset="/x.png 1x, https://films.example/y.png 2x"', []),
        # What names something without loading it stays, whoever it names.
        ("<https://films.example/2>; rel=prev", ["<https://films.example/2>; rel=prev"]),
        # Firefox fetches it ahead.
        ("<https://films.example/2>; rel=next", []),
        ("</2>; rel=next", ["</2>; rel=next"]),
        (
            '<https://films.example/>; rel="canonical author"',
            ['<https://films.example/>; rel="canonical author"'],
        ),
        ('<https://films.example/>; rel="prev preload"', []),
        ("<https://films.example/>", ["<https://films.example/>"]),
        ("", [""]),
        *((plain, [plain]) for plain in PLAIN_LINKS),
        *((odd, []) for odd in ODD_LINKS),
    ],
)
@pytest.mark.parametrize("kind", [HTML, JSON])
def test_links_that_would_load_from_others_are_dropped_for_everyone_H9(
    make_site: MakeSite, given: str, sent: list[str], kind: tuple[str, str]
) -> None:
    # What no server should pass on is still the gate's to stop.
    site = make_site(Page(b"{}", headers=[kind, ("Link", given)]), validated=given not in ODD_LINKS)
    # Caches and networks replay them as early hints to those who have not consented.
    for cookie in ("", site.chooses("accept")):
        assert site.gets("/", cookie).values("link") == sent


def test_several_headers_are_judged_one_by_one_H9(make_site: MakeSite) -> None:
    headers = [("Link", OWN), ("LINK", PRELOAD), ("link", "<https://stats.vendor.example>; rel=preconnect")]
    site = make_site(Page(headers=[HTML, *headers]))
    assert site.gets().values("link") == [OWN]
    assert site.gets("/", site.chooses("save", service="films")).values("link") == [OWN]


def test_what_is_necessary_on_a_page_is_so_for_everyone_H9(make_site: MakeSite) -> None:
    link = "<https://pay.example/p.js>; rel=preload; as=script"
    site = make_site(Page(headers=[HTML, ("Link", link)]))
    assert site.gets("/checkout/1").values("link") == [link]
    assert site.gets("/").values("link") == []


@pytest.mark.parametrize("status", [200, 204, 302, 304, 404, 500])
def test_on_any_status_H9(make_site: MakeSite, status: int) -> None:
    typed = [] if status in (204, 304) else [HTML]
    site = make_site(Page(b"", status, [*typed, ("Link", PRELOAD)]))
    assert site.gets().values("link") == []


@pytest.mark.parametrize(
    "hostile",
    [
        '<a>;x="' * 20_000,
        "<" * 50_000,
        '<a>; rel="' + "\\" * 50_000,
        ";" * 50_000,
        "<a>;" * 20_000,
    ],
    ids=["quotes", "brackets", "backslashes", "semicolons", "links"],
)
def test_a_long_header_that_is_not_plain_is_odd(hostile: str) -> None:
    # What reading it costs is counted in tests/limits, by the same forms.
    with pytest.raises(AmbiguousLink):
        filter_links(hostile, lambda urls: not [*urls])


def test_a_header_that_is_not_plain_is_logged_once_with_what_to_do(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[HTML, ("Link", "junk"), ("Link", OWN), ("Link", "</a"), ("Link", "")]))
    for _ in range(2):
        assert site.gets("/news").values("link") == [OWN, ""]
    [message] = [message for message in caplog.messages if '"link"' in message]
    assert 'of the page "/news"' in message
    assert "<URL>; rel=preload; as=style" in message


def test_the_log_says_that_no_consent_opens_a_link_header(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    site = make_site(Page(headers=[HTML, ("Link", PRELOAD)]))
    site.gets("/")
    site.gets("/")
    (line,) = [record.getMessage() for record in caplog.records if "Link header" in record.getMessage()]
    assert '"films.example"' in line
    assert "Write the link into the page" in line
