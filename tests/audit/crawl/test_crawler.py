"""The crawler on real servers: what it asks for, how often, and what it takes back."""

from __future__ import annotations

import gzip

import brotli
import pytest

from consentgate.audit.crawl.crawler import Clock, Crawler
from consentgate.audit.crawl.fetching import LARGEST, Fetcher
from consentgate.audit.crawl.frontier import Bounds
from consentgate.audit.crawl.journal import Begun, Journal
from consentgate.audit.crawl.pace import Pace, TooBusy
from consentgate.audit.responses.address import Site, address
from consentgate.audit.responses.reading import Reading, ResponseReader

AGENT = "consentgate/1 (tests)"


class Hours:
    """A clock that moves only where somebody waits."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.time, lambda: self.time, self.sleep)


def crawled(site, *, hours=None, also=(), journal=None, keeps=False, path="/", **bounds) -> Crawler:
    start = address(f"{site.url}{path}")
    assert start is not None
    with Fetcher(AGENT, keeps_cookies=keeps) as fetcher:
        crawler = Crawler(
            start,
            [start.site, *also],
            fetcher,
            ResponseReader(),
            Bounds(**bounds),
            Pace(0.5),
            (hours or Hours()).clock,
            journal,
        )
        [*crawler.run()]
    return crawler


def pages(site) -> list[str]:
    return [one for one in site.targets if one not in ("/robots.txt", "/sitemap.xml")]


def reading(crawler: Crawler, path: str) -> Reading:
    return next(one for one in crawler.readings if one.url.endswith(path))


# -- politeness ----------------------------------------------------------------------------------------------


def test_requests_keep_their_distance_and_say_who_asks(serve):
    site, hours = serve({"/": b"<a href=/a><a href=/b>", "/a": b"a", "/b": b"b"}), Hours()
    crawled(site, hours=hours)
    assert hours.slept == [0.5] * (len(site.asked) - 1)
    assert {asked.headers["user-agent"] for asked in site.asked} == {AGENT}
    assert not any("cookie" in asked.headers or "referer" in asked.headers for asked in site.asked)


def test_a_delay_in_robots_counts(serve):
    site, hours = (
        serve({"/robots.txt": b"User-agent: *\nCrawl-delay: 9", "/": b"<a href=/a>", "/a": b"a"}),
        Hours(),
    )
    crawled(site, hours=hours)
    assert set(hours.slept[1:]) == {9}


def test_robots_keep_it_out_and_name_sitemaps(serve, sent):
    site = serve(
        {
            "/robots.txt": b"User-agent: consentgate\nDisallow: /private\n"
            b"Sitemap: /map.xml\nSitemap: //else.example/x",
            "/map.xml": sent(b"<urlset><loc>/hidden</loc></urlset>", headers=(("Content-Type", "text/xml"),)),
            "/": b"<a href=/private/x><a href=/open>",
            "/open": b"x",
            "/hidden": b"y",
        }
    )
    crawler = crawled(site)
    assert sorted(pages(site)) == ["/", "/hidden", "/map.xml", "/open"]
    assert crawler.disallowed == [f"{site.url}/private/x"]


@pytest.mark.parametrize("status", [500, 503])
def test_without_its_robots_nothing_is_asked(serve, sent, status):
    site = serve({"/robots.txt": sent(b"", status), "/": b"<a href=/a>"})
    crawler = crawled(site)
    assert set(site.targets) == {"/robots.txt"}
    assert [*map(str, crawler.unreachable)] == [site.host]


def test_robots_are_looked_for_where_they_have_moved(serve, sent):
    site = serve(
        {
            "/robots.txt": sent(b"", 301, (("Location", "/r.txt"),)),
            "/r.txt": b"User-agent: *\nDisallow: /a",
            "/": b"<a href=/a><a href=/b>",
            "/b": b"",
        }
    )
    crawled(site)
    assert "/a" not in site.targets
    assert "/b" in site.targets


def test_a_busy_site_is_asked_again_later(serve, sent):
    busy = iter([sent(b"", 429, (("Retry-After", "40"),)), sent(b"", 503), sent(b"<a href=/b>")])
    site, hours = serve({"/": b"<a href=/a>", "/a": lambda asked: next(busy), "/b": b""}), Hours()
    crawled(site, hours=hours)
    assert pages(site) == ["/", "/a", "/a", "/a", "/b"]
    assert hours.slept[-4:] == [0.5, 40, 20, 0.5]


def test_a_site_that_asks_for_an_hour_is_left_alone_and_gone_on_with(serve, sent, tmp_path):
    site = serve(
        {"/": b"<a href=/a><a href=/b>", "/a": sent(b"", 429, (("Retry-After", "3600"),)), "/b": b"b"}
    )
    journal = Journal(tmp_path / "state", Begun(f"{site.url}/", (site.host,)))
    with pytest.raises(TooBusy):
        crawled(site, journal=journal)
    site.answers["/a"] = b"<a href=/c>"
    crawler = crawled(site, journal=journal)
    assert pages(site) == ["/", "/a", "/a", "/b", "/c"]
    assert [one.status for one in crawler.readings if one.kind == "page"] == [200, 200, 200, 404]


# -- where it goes -------------------------------------------------------------------------------------------


def test_it_stays_on_the_host_and_records_where_redirects_lead(serve, sent):
    other = serve({"*": b"other"})
    site = serve(
        {
            "/": f'<a href=/out><a href=/in><a href="{other.url}/x"><iframe src="{other.url}/y">'.encode(),
            "/out": sent(b"", 302, (("Location", f"{other.url}/z"), ("Set-Cookie", "left=1"))),
            "/in": sent(b"", 301, (("Location", "/there"),)),
            "/there": b"<a href=/end>",
            "/end": b"",
        }
    )
    crawler = crawled(site)
    assert other.asked == []
    assert pages(site) == ["/", "/out", "/in", "/there", "/end"]
    out = reading(crawler, "/out")
    assert [(one.url, one.kind) for one in out.requests] == [(f"{other.url}/z", "redirect")]
    assert [cookie.name for cookie in out.cookies] == ["left"]


def test_hosts_that_are_named_are_crawled_by_their_own_rules(serve):
    other = serve(
        {"/robots.txt": b"User-agent: *\nDisallow: /no", "/x": b"<a href=/no><a href=/yes>", "/yes": b""}
    )
    site = serve({"/": f'<a href="{other.url}/x">'.encode()})
    crawled(site, also=[Site.parse(other.host)])
    assert pages(other) == ["/x", "/yes"]


def test_redirects_in_a_circle_end(serve, sent):
    site = serve({"/": sent(b"", 302, (("Location", "/b"),)), "/b": sent(b"", 302, (("Location", "/"),))})
    crawled(site)
    assert pages(site) == ["/", "/b"]


def test_links_that_act_are_never_asked_for(serve):
    acts = ["/logout", "/x?action=delete", "/cart/add", "/file.zip"]
    site = serve({"/": "".join(f"<a href='{link}'>" for link in acts).encode() + b"<a href=/n rel=nofollow>"})
    crawled(site)
    assert pages(site) == ["/"]


def test_the_bounds_hold_where_pages_are_made_up(serve, sent):
    site = serve(
        {"*": lambda asked: sent(f"<a href='{asked.target}x/'><a href='/q?{len(asked.target)}'>".encode())}
    )
    crawler = crawled(site, pages=12)
    assert len([one for one in crawler.readings if one.kind == "page"]) == 12


def test_cookies_are_kept_only_where_that_is_asked_for(serve, sent):
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=b"))
    site = serve({"/": sent(b"<a href=/x>", headers=headers), "/x": b""})
    crawled(site)
    assert not any("cookie" in asked.headers for asked in site.asked)
    crawled(site, keeps=True)
    assert site.asked[-1].headers["cookie"] == "a=b"


# -- going on ------------------------------------------------------------------------------------------------


def test_what_was_read_before_is_not_asked_for_again(serve, tmp_path):
    site = serve({"/": b"<a href=/a><a href=/b>", "/a": b"<a href=/c>", "/b": b"", "/c": b""})
    journal = Journal(tmp_path / "state", Begun(f"{site.url}/", (site.host,)))
    start = address(f"{site.url}/")
    assert start is not None
    with Fetcher(AGENT) as fetcher:
        first = Crawler(start, [start.site], fetcher, ResponseReader(), clock=Hours().clock, journal=journal)
        run = first.run()
        for _ in range(3):
            next(run)
    asked = [*pages(site)]
    assert asked == ["/", "/a"]
    second = crawled(site, journal=journal)
    assert pages(site) == ["/", "/a", "/b", "/c"]
    whole = crawled(site)
    assert [one.url for one in second.readings] == [one.url for one in whole.readings]


def test_what_could_not_be_reached_is_asked_for_again(serve, sent, tmp_path):
    site = serve({"/": b"<a href=/a>", "/a": sent(b"", 500)})
    journal = Journal(tmp_path / "state", Begun(f"{site.url}/", (site.host,)))
    crawled(site, journal=journal)
    site.answers["/a"] = b"fine"
    assert reading(crawled(site, journal=journal), "/a").status == 200
    crawled(site, journal=journal)
    assert pages(site) == ["/", "/a", "/a"]


# -- what comes back -----------------------------------------------------------------------------------------


def fetched(site, path="/"):
    target = address(f"{site.url}{path}")
    assert target is not None
    with Fetcher(AGENT) as fetcher:
        return fetcher.fetch(target)


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_compressed_pages_are_read_and_bombs_only_to_their_beginning(serve, sent, coding, pack):
    html = (("Content-Type", "text/html"), ("Content-Encoding", coding))
    site = serve(
        {"/": sent(pack(b"<p>hello"), headers=html), "/bomb": sent(pack(b"x" * (64 << 20)), headers=html)}
    )
    assert fetched(site).body == b"<p>hello"
    bomb = fetched(site, "/bomb")
    assert (len(bomb.body), bomb.is_cut) == (LARGEST, True)
    assert coding in site.asked[0].headers["accept-encoding"]


def test_what_is_no_text_is_not_read(serve, sent):
    site = serve({"/": sent(b"x" * 1000, headers=(("Content-Type", "application/pdf"),))})
    assert (fetched(site).status, fetched(site).body) == (200, b"")


def test_headers_keep_their_bytes(serve, sent):
    site = serve({"/": sent(b"", headers=(("X-A", "caf\xe9"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")))})
    found = fetched(site)
    assert found.values("x-a") == ["caf\xe9"]
    assert found.values("set-cookie") == ["a=1", "b=2"]


def test_what_goes_wrong_is_said(serve, sent):
    site = serve(
        {"/": sent(b"no gzip", headers=(("Content-Type", "text/html"), ("Content-Encoding", "gzip")))}
    )
    found = fetched(site)
    assert (found.status, found.body) == (200, b"")
    assert "decoded" in found.problem
    site.answers["/"] = sent(b"x", headers=(("Content-Type", "text/html"), ("Content-Encoding", "rot13")))
    assert "rot13" in fetched(site).problem
    gone = address("http://127.0.0.1:9/")
    assert gone is not None
    with Fetcher(AGENT) as fetcher:
        response = fetcher.fetch(gone)
    assert response.status == 0
    assert "nobody answers" in response.problem


def test_links_over_plain_http_are_asked_for_where_the_site_is():
    # A site that has moved to TLS: no link of it costs a redirect.
    class Fetches:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def fetch(self, target):
            from consentgate.audit.responses.response import Response

            self.asked.append(str(target))
            html = (("Content-Type", "text/html"),)
            return Response(
                target, 200, html, b"<a href=http://shop.example/a><a href=https://shop.example/a>"
            )

    fetches, start = Fetches(), address("https://shop.example/")
    assert start is not None
    [*Crawler(start, [start.site], fetches, ResponseReader(), clock=Hours().clock).run()]
    assert fetches.asked[2:] == ["https://shop.example/", "https://shop.example/a"]
