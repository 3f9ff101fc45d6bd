"""A shop with many faults, each of which an audit has to find by its name."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any, NamedTuple

HOST = "shop.example"
URL = f"https://{HOST}/"
ALIASES = {f"metrics.{HOST}": ("customer.eulerian.net",)}


class Planted(NamedTuple):
    """A fault, and how an audit names it."""

    rule: str
    subject: str


FAULTS = {
    "a tracker's script before consent": Planted("third-party-before-consent", "www.google-analytics.com"),
    "a tracker's script after a refusal": Planted("third-party-after-refusal", "ads.doubleclick.net"),
    "a frame": Planted("third-party-before-consent", "www.youtube.com"),
    "a fetch in a worker": Planted("third-party-before-consent", "worker.example"),
    "a WebSocket": Planted("third-party-before-consent", "ws.hotjar.com"),
    "a redirect of the site's own": Planted("third-party-before-consent", "pixel.adform.net"),
    "a picture far down the page": Planted("third-party-before-consent", "lazy.example"),
    "a beacon of a page that is left": Planted("third-party-before-consent", "beacon.example"),
    "WebRTC": Planted("third-party-before-consent", "stun.example"),
    "a preconnect": Planted("hint-before-consent", "fonts.gstatic.com"),
    "a preconnect of a header": Planted("hint-before-consent", "header.example"),
    "a dns-prefetch": Planted("hint-before-consent", "connect.facebook.net"),
    "reports to others": Planted("hint-before-consent", "reports.example"),
    "a cookie of a response": Planted("cookie-before-consent", "_fbp"),
    "a cookie of a script": Planted("cookie-before-consent", "_uetvid"),
    "a third party's cookie": Planted("cookie-before-consent", "id on www.youtube.com"),
    "local storage": Planted("storage-before-consent", "local storage: _hjid"),
    "session storage": Planted("storage-before-consent", "session storage: ajs_anonymous_id"),
    "a database": Planted("storage-before-consent", "IndexedDB: tracking"),
    "a service worker": Planted("storage-before-consent", f"service worker: {URL}"),
    "a tracker on the site's own path": Planted("own-path-tracker-before-consent", f"{HOST}/js/gtm.js"),
    "a tracker by its attributes": Planted("own-path-tracker-before-consent", f"{HOST}/js/s.js"),
    "a tracker behind an alias": Planted("cname-tracker-before-consent", f"metrics.{HOST}"),
    "refusing is farther than accepting": Planted("refusing-is-farther", HOST),
    "a refusal that is forgotten": Planted("asked-again", HOST),
    "a withdrawal that does not close": Planted("third-party-after-withdrawal", "static.hotjar.com"),
    "a cookie that outlives the withdrawal": Planted("cookie-after-withdrawal", "_gcl_au"),
}

_HEAD = f"""<!doctype html><html lang=en><title>Shop</title>
<link rel=icon href=data:,>
<link rel=preconnect href=https://fonts.gstatic.com>
<link rel=dns-prefetch href=https://connect.facebook.net>
<script src=https://www.google-analytics.com/analytics.js></script>
<script src=/js/gtm.js></script>
<script src=/js/s.js data-website-id=7a1cd6ac-0f6d-4c3a-9c2d-0c1f3c5b1a11></script>
<script>
document.cookie = "_uetvid=1; max-age=99999";
localStorage.setItem("_hjid", "1");
sessionStorage.setItem("ajs_anonymous_id", "1");
indexedDB.open("tracking");
navigator.serviceWorker.register("/sw.js");
new Worker("/worker.js");
new WebSocket("wss://ws.hotjar.com/");
new RTCPeerConnection({{ iceServers: [{{ urls: "stun:stun.example:3478" }}] }});
addEventListener("pagehide", () => navigator.sendBeacon("https://beacon.example/left"));
</script>
<body><h1>Shop</h1>
<iframe src=https://www.youtube.com/embed/x></iframe>
<img src=/go alt=""><img src=https://metrics.{HOST}/i.gif alt="">
<div style="height: 4000px"></div><img loading=lazy width=1 height=1 src=https://lazy.example/a.gif alt="">
<p><a href=/privacy>Cookie settings</a>
"""
_BANNER = """<div id=banner style="position: fixed; bottom: 0; background: white">
<p>We and our partners value your privacy.</p>
<button onclick="answer('yes')">Accept all</button>
<button onclick="document.getElementById('more').hidden = false">Manage choices</button>
<div id=more hidden><button onclick="answer('no')">Reject all</button></div></div>
<script>function answer(given) { document.cookie = "answer=" + given; location.reload() }</script>
"""
_REFUSED = "<script src=https://ads.doubleclick.net/anyway.js></script>"
_ACCEPTED = """<script src=https://static.hotjar.com/c/hotjar.js></script>
<script>document.cookie = "_gcl_au=1; max-age=99999"</script>"""
_PRIVACY = """<!doctype html><title>Privacy</title><link rel=icon href=data:,><h1>Privacy</h1>
<button onclick="document.body.append('Done.')">Withdraw consent</button>"""
_FILES = {
    "/js/gtm.js": "1",
    "/js/s.js": "1",
    "/sw.js": "1",
    "/worker.js": "fetch('https://worker.example/', { mode: 'no-cors' })",
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The shop, as a WSGI application."""
    path = environ["PATH_INFO"]
    if path in _FILES:
        start_response("200 OK", [("Content-Type", "text/javascript")])
        return [_FILES[path].encode()]
    if path == "/go":
        start_response("302 Found", [("Location", "https://pixel.adform.net/p.gif")])
        return []
    headers = [("Content-Type", "text/html; charset=utf-8")]
    if path == "/privacy":
        start_response("200 OK", headers)
        return [_PRIVACY.encode()]
    headers += [
        ("Set-Cookie", "_fbp=1; Max-Age=99999; HttpOnly"),
        ("Set-Cookie", "session=1; HttpOnly"),
        ("Link", "<https://header.example>; rel=preconnect"),
        ("NEL", '{"report_to": "r", "max_age": 9}'),
        ("Report-To", '{"group": "r", "max_age": 9, "endpoints": [{"url": "https://reports.example/r"}]}'),
    ]
    start_response("200 OK", headers)
    given = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("answer")
    answer = given.value if given else ""
    if answer == "yes":
        return [(_HEAD + _ACCEPTED).encode()]
    return [(_HEAD + (_REFUSED if answer == "no" else "") + _BANNER).encode()]
