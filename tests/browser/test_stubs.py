"""The code of a page calls services that are blocked: nothing throws, and nothing goes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .engine import in_every_engine
from .servers import Site
from .test_neutrality import GATED, page_of
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_every_engine]

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

""" + "\n".join(
    f'[[service]]\nuse = "{service}"'
    for service in ("meta-pixel", "google-analytics", "google-tag-manager", "matomo", "facebook", "x")
)
# An inline script is not taken out for its calls: the rest of it runs.
CODE = """<script>
!function (f, b, n, s) { n = f.fbq = function () {}; s = b.createElement("script");
s.src = "https://connect.facebook.net/en_US/fbevents.js"; b.head.append(s) }(window, document);
fbq("init", "1");
</script><script>
var done = [], _paq = window._paq || [];
fbq("track", "PageView");
_paq.push(["trackPageView"]);
dataLayer.push({ event: "view", eventCallback: () => done.push("tag manager") });
done.push("inline");
</script><script>
window.dataLayer = window.dataLayer || [];
function gtag() { dataLayer.push(arguments); }
gtag("event", "click", { event_callback: () => done.push("gtag") });
if (window.twttr) twttr.ready((twttr) => twttr.events.bind("tweet", () => {}));
</script><script src="/own.js"></script>"""
OWN = """
ga("send", "event", { hitCallback: () => done.push("analytics") });
FB.getLoginStatus((answer) => done.push("login"));
for (const tracker of ga.getAll()) done.push("a tracker");
for (let i = 0; i < ga.getAll().length; i++) done.push("a tracker");
done.push(`id: ${ga.getAll()[0].get("clientId")}`, JSON.stringify({ id: fbq.version }));
fbq.queue = [];
fbq.queue.push("x");
twttr.widgets.createTweet("1", document.body).then(() => done.push("then"));
(async () => { (await ga.getAll()).forEach(() => {}); await fbq("track"); done.push("await") })();
ga.getAll().catch(() => {}).finally(() => done.push("finally"));
ga.apply(null, ["send", "event", { hitCallback: () => done.push("applied") }]);
_paq.push.apply(_paq, [["trackLink", { get hitCallback() { throw Error("a getter") } }]]);
while (fbq.queue.length) fbq.queue.shift();
fbq.length = fbq.name = 1;
done.push("abc".includes(ga.getAll()), typeof fbq("track"), [...ga.getAll()].length);
onbeforeunload = () => fbq("track", "leave");
fbq("track", "x".repeat(1e6));
done.push(_paq.length, dataLayer.filter((one) => one.event).length, typeof FB.init, Array.isArray(dataLayer));
"""
WORKED = {
    *("inline", "tag manager", "gtag", "analytics", "id: ", "{}", "then", "await", "finally", "applied"),
    *("function", "undefined", True, 0),
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    is_script = environ["PATH_INFO"] == "/own.js"
    content_type = "text/javascript" if is_script else "text/html; charset=utf-8"
    start_response("200 OK", [("Content-Type", content_type)])
    return [OWN.encode() if is_script else page_of("", content=CODE)]


def test_calls_go_to_stubs_and_the_rest_runs(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    gate = Gate(Policy.parse(POLICY), secret_key="a key for the tests")
    visitor = new_visitor(settle=0.3)
    visit = visitor.opens(serve(ConsentMiddleware(app, gate), host=GATED).url)
    assert set(visitor.page.evaluate("() => done")) == WORKED
    assert visit.console_errors == []
    assert visit.hosts == set()
    # With consent the services themselves take the calls: nothing is in their place.
    assert visitor.presses("Accept").hosts == {"connect.facebook.net"}
    assert visitor.page.evaluate("() => [typeof FB, typeof ga, fbq('track')]") == ["undefined"] * 2 + [None]
