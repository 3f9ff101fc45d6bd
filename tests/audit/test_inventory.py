"""The inventory: what was seen, filed under the service that it belongs to."""

from __future__ import annotations

from dataclasses import replace

from consentgate.audit.inventory import FoundService, Inventory, inventory_of
from consentgate.audit.observations import SeenCookie, SeenItem, SeenRequest, SeenService, State, Visit
from consentgate.audit.responses.reading import Linked, Reading
from consentgate.audit.visits import visits_of
from consentgate.policy import Policy

HOST = "www.shop.example"
PAGE, NEWS = f"https://{HOST}/", f"https://{HOST}/news"
POLICY = Policy.parse(
    """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "theme"
category = "performance"

[[cookie]]
name = "old"
category = "performance"

[[service]]
use = "youtube"

[[service]]
use = "hotjar"

[[service]]
id = "maps"
name = "Maps"
category = "third-party"
hosts = ["*.maps.example"]

[[service]]
id = "stats"
name = "Our statistics"
category = "performance"
paths = ["/stats/*"]
"""
)


def seen(*visits: Visit, policy: Policy = POLICY) -> Inventory:
    return inventory_of(visits, policy, HOST)


def visit(
    page: str = PAGE, state: State = State.UNDECIDED, requests=(), cookies=(), items=(), services=()
) -> Visit:
    def here(found):
        return tuple(replace(one, page=page) for one in found)

    return Visit(page, state, 200, here(requests), here(cookies), here(items), services=here(services))


def request(url: str, by: str = "", kind: str = "script") -> SeenRequest:
    return SeenRequest(url, kind, "", by)


def cookie(
    name: str, domain: str = HOST, by: str = "", lifetime: int | None = None, http_only=False
) -> SeenCookie:
    return SeenCookie(name, domain, "/", lifetime, http_only, "", by)


def service(inventory: Inventory, id: str) -> FoundService:
    return next(one for one in inventory.services if id in (one.id, one.name))


def test_hosts_are_filed_under_their_services_page_by_page_and_state_by_state():
    film = "https://www.youtube.com/embed/x"
    found = seen(
        visit(requests=[request(film, kind="iframe"), request("https://i.ytimg.com/x.jpg", film, "image")]),
        visit(NEWS, State.ACCEPTED, requests=[request(film, kind="iframe")]),
        visit(requests=[request("https://a.maps.example/x")]),
    )
    youtube = service(found, "youtube")
    assert youtube.declared
    assert youtube.category == "third-party"
    assert [(host.host, host.kinds) for host in youtube.hosts] == [
        ("i.ytimg.com", ("image",)),
        ("www.youtube.com", ("iframe",)),
    ]
    assert youtube.hosts[0].where.by == (film,)
    assert youtube.hosts[1].where.pages == (PAGE, NEWS)
    assert youtube.where.states == (State.UNDECIDED, State.ACCEPTED)
    assert service(found, "maps").declared
    assert found.unseen_services == ("hotjar", "stats")


def test_unknown_hosts_are_grouped_by_company_or_domain():
    found = seen(
        visit(
            requests=[
                request("https://a.nobody.example/1"),
                request("https://b.nobody.example/2"),
                request("https://x.other.co.uk/"),
                request("http://192.0.2.7/x"),
                request("data:,x"),
            ]
        )
    )
    assert {one.name: [host.host for host in one.hosts] for one in found.services} == {
        "192.0.2.7": ["192.0.2.7"],
        "nobody.example": ["a.nobody.example", "b.nobody.example"],
        "other.co.uk": ["x.other.co.uk"],
    }
    assert not any(one.id or one.declared for one in found.services)


def test_trackers_on_the_sites_own_paths_are_found():
    found = seen(
        visit(
            requests=[
                request(f"{PAGE}stats/x.gif"),
                request(f"{PAGE}js/matomo.js"),
                request(f"{PAGE}app.js"),
            ],
            services=[SeenService("facebook", "widget", "")],
        )
    )
    assert {one.id for one in found.services} == {"stats", "matomo", "facebook"}
    assert service(found, "stats").declared
    assert service(found, "facebook").markup == ("widget",)


def test_cookies_are_filed_by_who_set_them_and_else_by_their_names():
    tag = "https://static.hotjar.com/c/h.js"
    found = seen(
        visit(
            cookies=[
                cookie("theme", by=PAGE, lifetime=60),
                cookie("odd", by=tag, lifetime=60),
                cookie("odd", by=tag, lifetime=600),
                cookie("_gid", domain=".shop.example", lifetime=5),
                cookie("VISITOR", domain=".youtube.com"),
                cookie("m", domain=".maps.example"),
                cookie("t", domain=".ads.example", by=tag),
                cookie("sessionid", by=PAGE, http_only=True),
                cookie("__Host-consent", by=PAGE),
            ],
            items=[
                SeenItem("local storage", f"https://{HOST}", "mine", ""),
                SeenItem("local storage", "https://www.youtube.com", "yt", ""),
            ],
        )
    )
    odd = service(found, "hotjar").cookies[0]
    assert (odd.name, odd.lifetime, odd.declared, odd.is_own, odd.where.by) == (
        "odd",
        600,
        False,
        True,
        (tag,),
    )
    assert [one.name for one in service(found, "google-analytics").cookies] == ["_gid"]
    assert [one.name for one in service(found, "maps").cookies] == ["m"]
    assert [one.name for one in service(found, "hotjar").cookies] == ["odd", "t"]
    youtube = service(found, "youtube")
    assert [(one.name, one.is_own) for one in youtube.cookies] == [("VISITOR", False)]
    assert [one.key for one in youtube.items] == ["yt"]
    assert {one.name: one.declared for one in found.own.cookies} == {"theme": True, "sessionid": False}
    assert found.own.cookies[0].http_only
    assert [one.key for one in found.own.items] == ["mine"]
    assert found.unseen_cookies == ("old",)


def test_redirects_are_the_sites_own_act_unless_they_are_gated():
    leads = visit(requests=[request("https://partner.example/", kind="redirect")])
    assert seen(leads).services == ()
    gated = Policy.parse(
        '[site]\nname = "x"\ncontroller = "x"\ncontact = "a@x.example"\ngate_redirects = true\n'
    )
    assert [one.name for one in seen(leads, policy=gated).services] == ["partner.example"]


def test_what_files_load_counts_for_each_page_that_loads_them():
    sheet, deep, script = f"{PAGE}a.css", f"{PAGE}b.css", f"{PAGE}a.js"
    font = SeenRequest("https://fonts.gstatic.com/x.woff", "style", deep, deep)
    known = SeenService("hotjar", "script", script, script)
    readings = [
        Reading(PAGE, "page", 200, linked=(Linked(sheet, "style sheet"), Linked(NEWS, "page"))),
        Reading(NEWS, "page", 200, linked=(Linked(sheet, "style sheet"), Linked(script, "script"))),
        Reading(sheet, "style sheet", 200, linked=(Linked(deep, "style sheet"),)),
        Reading(deep, "style sheet", 200, (font,), linked=(Linked(sheet, "style sheet"),)),
        Reading(script, "script", 200, services=(known,)),
        Reading(f"{PAGE}sitemap.xml", "sitemap", 404),
    ]
    home, news = visits_of(readings)
    assert home.requests == (replace(font, page=PAGE),)
    assert home.services == ()
    assert news.requests == (replace(font, page=NEWS),)
    assert news.services == (replace(known, page=NEWS),)
