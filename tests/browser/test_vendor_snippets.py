"""A service that was granted works: its script may ask every host that its vendor's own CSP guide lists.

The lines in the pages load what vendors tell sites to load. A stand-in answers for each loader, and asks the
hosts of the guide in the way in which the vendor's script would: for pictures, for data, in frames.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.wsgi import ConsentMiddleware

from .recorder import Answer, Recorder
from .servers import Site
from .visit import Visitor

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Vendor:
    """What a service's loader is, and which hosts its vendor's guide lists: space-separated."""

    loader: str
    images: str = ""
    data: str = ""
    frames: str = ""

    @property
    def host(self) -> str:
        """The host of the loader."""
        return self.loader.partition("/")[0]

    @property
    def asks(self) -> set[tuple[str, str]]:
        """The hosts that are asked, each with the kind of answer that is asked for."""
        kinds = {"image": self.images, "empty": self.data, "iframe": self.frames}
        return {(host, kind) for kind, hosts in kinds.items() for host in hosts.split()}


# Each page has services whose loaders are on different hosts, and not more than a head has room for.
PAGES = {
    "measuring": {
        "google-tag": Vendor(
            "www.googletagmanager.com/gtag/js?id=G-ABCDEF1234",
            images="www.google-analytics.com www.googletagmanager.com region1.google-analytics.com",
            data="www.google-analytics.com region1.google-analytics.com analytics.google.com "
            "region1.analytics.google.com stats.g.doubleclick.net www.googletagmanager.com",
        ),
        "hotjar": Vendor(
            "static.hotjar.com/c/hotjar-1.js?sv=6",
            images="script.hotjar.com",
            data="script.hotjar.com in.hotjar.com content.hotjar.io ws.hotjar.com",
            frames="vars.hotjar.com",
        ),
        "clarity": Vendor(
            "www.clarity.ms/tag/abc", images="c.clarity.ms c.bing.com", data="y.clarity.ms scripts.clarity.ms"
        ),
        "matomo": Vendor(
            "cdn.matomo.cloud/acme.matomo.cloud/matomo.js",
            images="acme.matomo.cloud",
            data="acme.matomo.cloud",
        ),
        "sentry": Vendor(
            "browser.sentry-cdn.com/8.0.0/bundle.min.js",
            data="o1.ingest.sentry.io o1.ingest.us.sentry.io js.sentry-cdn.com",
        ),
        "segment": Vendor(
            "cdn.segment.com/analytics.js/v1/x/analytics.min.js", data="api.segment.io cdn.segment.com"
        ),
        "mixpanel": Vendor(
            "cdn.mxpnl.com/libs/mixpanel-2-latest.min.js", data="api-js.mixpanel.com api-eu.mixpanel.com"
        ),
        "amplitude": Vendor(
            "cdn.amplitude.com/libs/analytics-browser.js.gz",
            data="api2.amplitude.com api.eu.amplitude.com sr-client-cfg.amplitude.com",
        ),
    },
    "advertising": {
        "google-ads": Vendor(
            "www.googletagmanager.com/gtag/js?id=AW-123456789",
            images="googleads.g.doubleclick.net www.googleadservices.com"
            " www.google.com google.com www.google.fr",
            data="pagead2.googlesyndication.com googleads.g.doubleclick.net www.googleadservices.com "
            "www.google.com google.com",
            frames="td.doubleclick.net bid.g.doubleclick.net www.googletagmanager.com",
        ),
        "meta-pixel": Vendor(
            "connect.facebook.net/en_US/fbevents.js",
            images="www.facebook.com",
            data="connect.facebook.net www.facebook.com",
        ),
        "linkedin-insight": Vendor(
            "snap.licdn.com/li.lms-analytics/insight.min.js",
            images="px.ads.linkedin.com px4.ads.linkedin.com dc.ads.linkedin.com"
            " p.adsymptotic.com www.linkedin.com",
            data="px.ads.linkedin.com",
        ),
        "tiktok-pixel": Vendor(
            "analytics.tiktok.com/i18n/pixel/events.js?sdkid=x",
            data="analytics.tiktok.com analytics-ipv6.tiktokw.us",
        ),
        "x-pixel": Vendor("static.ads-twitter.com/uwt.js", images="t.co analytics.twitter.com"),
        "microsoft-uet": Vendor("bat.bing.com/bat.js", images="bat.bing.com bat.bing.net c.bing.com"),
    },
    "maps-and-forms": {
        "google-maps": Vendor(
            "maps.googleapis.com/maps/api/js?key=x",
            images="maps.gstatic.com khms0.googleapis.com khms1.googleapis.com khms2.googleapis.com "
            "khms3.googleapis.com streetviewpixels-pa.googleapis.com lh3.ggpht.com geo0.ggpht.com "
            "lh3.googleusercontent.com www.gstatic.com csi.gstatic.com",
            data="maps.googleapis.com places.googleapis.com routes.googleapis.com tile.googleapis.com "
            "mapsresources-pa.googleapis.com fonts.googleapis.com fonts.gstatic.com",
            frames="www.google.com",
        ),
        "hubspot": Vendor(
            "js.hs-scripts.com/1.js",
            images="track.hubspot.com",
            data="js.hs-analytics.net js.hs-banner.com js.hsadspixel.net api.hubapi.com",
        ),
        "typeform": Vendor(
            "embed.typeform.com/next/embed.js",
            images="images.typeform.com",
            data="api.typeform.com font.typeform.com",
            frames="form.typeform.com",
        ),
        "calendly": Vendor(
            "assets.calendly.com/assets/external/widget.js",
            data="assets.calendly.com",
            frames="calendly.com",
        ),
    },
    "chats": {
        "intercom": Vendor(
            "widget.intercom.io/widget/abc",
            images="static.intercomassets.com downloads.intercomcdn.com uploads.intercomusercontent.com "
            "acme.intercom-attachments-1.com",
            data="js.intercomcdn.com api-iam.intercom.io api-ping.intercom.io nexus-websocket-a.intercom.io "
            "x.intercom-messenger.com uploads.intercomcdn.eu",
            frames="intercom-sheets.com www.intercom-reporting.com",
        ),
        "crisp": Vendor(
            "client.crisp.chat/l.js",
            images="image.crisp.chat storage.crisp.chat",
            data="settings.crisp.chat client.relay.crisp.chat stream.relay.crisp.chat",
            frames="game.crisp.chat",
        ),
        "zendesk": Vendor(
            "static.zdassets.com/ekr/snippet.js?key=x",
            images="v2assets.zopim.io accounts.zendesk.com",
            data="ekr.zdassets.com acme.zendesk.com widget-mediator.zopim.com api.smooch.io",
        ),
        "recaptcha": Vendor(
            "www.google.com/recaptcha/api.js",
            data="www.gstatic.com www.recaptcha.net",
            frames="www.google.com recaptcha.google.com",
        ),
        "hcaptcha": Vendor(
            "js.hcaptcha.com/1/api.js",
            images="imgs.hcaptcha.com",
            data="hcaptcha.com api.hcaptcha.com",
            frames="newassets.hcaptcha.com",
        ),
    },
    "media": {
        "youtube": Vendor(
            "www.youtube.com/iframe_api",
            images="i.ytimg.com img.youtube.com",
            data="www.youtube.com",
            frames="www.youtube.com www.youtube-nocookie.com",
        ),
        "vimeo": Vendor(
            "player.vimeo.com/api/player.js",
            images="i.vimeocdn.com",
            data="vimeo.com f.vimeocdn.com fresnel.vimeocdn.com",
            frames="player.vimeo.com",
        ),
        "spotify": Vendor(
            "open.spotify.com/embed/iframe-api/v1",
            images="i.scdn.co",
            data="embed-cdn.spotifycdn.com",
            frames="open.spotify.com",
        ),
        "soundcloud": Vendor(
            "w.soundcloud.com/player/api.js",
            images="i1.sndcdn.com",
            data="widget.sndcdn.com",
            frames="w.soundcloud.com",
        ),
        "disqus": Vendor(
            "acme.disqus.com/embed.js",
            images="c.disquscdn.com referrer.disqus.com",
            data="links.services.disqus.com",
            frames="disqus.com",
        ),
        "x": Vendor(
            "platform.twitter.com/widgets.js",
            images="pbs.twimg.com abs.twimg.com ton.twimg.com",
            data="cdn.syndication.twimg.com",
            frames="platform.twitter.com syndication.twitter.com",
        ),
        "tiktok": Vendor(
            "www.tiktok.com/embed.js", data="lf16-tiktok-web.ttwstatic.com", frames="www.tiktok.com"
        ),
    },
    "shop": {
        "stripe": Vendor(
            "js.stripe.com/v3/",
            images="q.stripe.com",
            data="api.stripe.com r.stripe.com m.stripe.com",
            frames="js.stripe.com hooks.stripe.com m.stripe.network checkout.stripe.com",
        ),
        "paypal": Vendor(
            "www.paypal.com/sdk/js?client-id=x",
            images="www.paypalobjects.com",
            data="www.paypal.com api-m.paypal.com c.paypal.com",
            frames="www.paypal.com",
        ),
        "facebook": Vendor(
            "connect.facebook.net/en_US/sdk.js",
            images="static.xx.fbcdn.net scontent.xx.fbcdn.net",
            data="graph.facebook.com",
            frames="www.facebook.com",
        ),
        "google-tag-manager": Vendor(
            "www.googletagmanager.com/gtm.js?id=GTM-ABC123",
            images="www.googletagmanager.com",
            data="region1.googletagmanager.com",
            frames="www.googletagmanager.com",
        ),
    },
}
ASK = """
for (const [host, kind] of %s) {
    const url = `https://${host}/${kind}`;
    if (kind === "image") new Image().src = url;
    else if (kind === "empty") fetch(url, {mode: "no-cors"}).catch(() => {});
    else document.body.append(Object.assign(document.createElement("iframe"), {src: url}));
}
"""
SITE = '[site]\nname = "E"\ncontroller = "E Ltd"\ncontact = "e@example.org"\n'


def behind_gate(vendors: dict[str, Vendor]) -> ConsentMiddleware:
    loads = "".join(
        "<script>(function (d) {var s = d.createElement('script'); s.async = 1;"
        f"s.src = 'https://{vendor.loader}'; d.body.append(s)}})(document)</script>"
        for vendor in vendors.values()
    )
    page = f'<!doctype html><html lang="en"><title>Shop</title><body><h1>Shop</h1>{loads}'
    uses = "".join(f'[[service]]\nuse = "{id}"\ncategory = "third-party"\n' for id in vendors)

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [page.encode()]

    return ConsentMiddleware(app, Gate(Policy.parse(SITE + uses), secret_key="a key for the tests"))


@pytest.mark.parametrize("name", PAGES)
def test_every_host_of_a_vendors_guide_is_asked_once_the_visitor_accepts_and_none_before(
    name: str, recorder: Recorder, serve: Callable[..., Site], new_visitor: Callable[..., Visitor]
) -> None:
    vendors = PAGES[name]
    for vendor in vendors.values():
        assert vendor.host not in recorder.answers
        recorder.answers[vendor.host] = Answer(
            "text/javascript", (ASK % json.dumps(sorted(vendor.asks))).encode()
        )
    asked = {one for vendor in vendors.values() for one in vendor.asks}
    loaded = {(vendor.host, "script") for vendor in vendors.values()}
    visitor = new_visitor(settle=0.5)
    assert visitor.opens(serve(behind_gate(vendors), host=f"{name}.example").url).hosts == set()
    visit = visitor.presses("Accept", reaching={host for host, _ in asked | loaded})
    assert {(request.host, request.destination) for request in visit.requests} == asked | loaded
    assert visit.console_errors == []
