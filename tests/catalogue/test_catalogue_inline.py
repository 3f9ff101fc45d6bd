"""Inline scripts: which ones give a service away, and which ones only seem to."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentgate.catalogue import Catalogue, InlineSignature, KnownService, catalogue

LOADER = "(function(d,t){{var s=d.createElement(t);s.src='{}';d.head.appendChild(s)}})(document,'script');"
"""What vendors tell sites to paste, boiled down to its address."""


def load(address: str) -> str:
    return LOADER.format(address)


EXAMPLES: dict[str, list[str]] = {
    "google-tag-manager": [
        "(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),event:'gtm.js'});"
        "var f=d.getElementsByTagName(s)[0],j=d.createElement(s);j.async=true;"
        "j.src='https://www.googletagmanager.com/gtm.js?id='+i;f.parentNode.insertBefore(j,f)"
        "})(window,document,'script','dataLayer','GTM-1');",
        "document.write('<iframe src=\"//www.googletagmanager.com/ns.html?id=GTM-1\"></iframe>')",
    ],
    "google-tag": [
        "function gtag(){dataLayer.push(arguments)}\ngtag('js', new Date());gtag ( \"config\", 'G-1');",
        load("https://www.googletagmanager.com/gtag/js?id=G-1"),
    ],
    "google-analytics": [
        "(function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;})"
        "(window,document,'script','//www.google-analytics.com/analytics.js','ga');ga('create','UA-1')",
        "var _gaq=_gaq||[];_gaq.push(['_setAccount','UA-1']);"
        "ga.src=('https:'==document.location.protocol?'https://ssl':'http://www')+'.google-analytics.com/ga.js';",
        "ga.src='//stats.g.doubleclick.net/dc.js'",
        "ga( 'tracker1.send', 'pageview')",
        "__gaTracker('send','pageview')",
        "var t=_gat._getTracker('UA-1')",
        "_gat._createTracker('UA-1')",
        "_uacct='UA-1';urchinTracker();",
    ],
    "matomo": [
        "var _paq=window._paq=window._paq||[];_paq.push(['trackPageView']);",
        "var _mtm = window._mtm = window._mtm || [];_mtm.push({'mtm.startTime': 1})",
        "var t=Piwik.getTracker('/piwik.php',1)",
        "Matomo.getTracker()",
    ],
    "hotjar": [
        "(function(h,o,t,j,a,r){h._hjSettings={hjid:1,hjsv:6};})(window,document)",
        load("https://static.hotjar.com/c/hotjar-1.js"),
    ],
    "clarity": [load("https://www.clarity.ms/tag/abc")],
    "segment": [
        "analytics.SNIPPET_VERSION='4.15.3';",
        load("https://cdn.segment.com/analytics.js/v1/k/analytics.min.js"),
        load("https://cdn.segment.io/analytics.js"),
    ],
    "optimizely": [
        "window.optimizely = window.optimizely || [];",
        'window["optimizely"]=[]',
        "window['optimizely'].push({})",
        "optimizely.push(['activate'])",
        load("//cdn.optimizely.com/js/1.js"),
    ],
    "chartbeat": [
        "var _sf_async_config={uid:1};",
        "_cbq.push(['_acct','anon'])",
        load("//static.chartbeat.com/js/chartbeat.js"),
    ],
    "comscore": [
        "var _comscore=_comscore||[];_comscore.push({c1:'2'});",
        load("https://sb.scorecardresearch.com/beacon.js"),
    ],
    "jetpack-stats": ["_stq=window._stq||[];", "st_go({v:'ext'})"],
    "newrelic": ["window.NREUM||(NREUM={})", "var NREUMQ=NREUMQ||[];"],
    "yandex-metrica": [
        "ym(1, 'init', {})",
        "new Ya.Metrika({id:1})",
        "new Ya.Metrika2({id:1})",
    ],
    "mixpanel": ["mixpanel.init('x')", "mixpanel.track('x')"],
    "amplitude": ["amplitude.init('x')", "amplitude.getInstance().init('x')"],
    "fullstory": ["window['_fs_org']='x'"],
    "vwo": ["var _vwo_code=1", "_vis_opt_account_id=1"],
    "mouseflow": ["window._mfq=window._mfq||[]"],
    "amazon-ads": ["amzn_assoc_ad_type='smart'", "apstag.init({})"],
    "mailchimp": [load("https://chimpstatic.com/mcjs-connected/js/users/1.js")],
    "zendesk": ["window.zESettings={}", "window.$zopim||(function(){$zopim=1})()"],
    "tawk": ["var Tawk_API=Tawk_API||{}"],
    "livechat": ["window.__lc=window.__lc||{};window.__lc.license=1"],
    "vk": ["VK.init({apiId:1})", "VK.Widgets.Like('x')"],
    "xiti": ["xtnv=document;xtcore=1", "var t=new ATInternet.Tracker.Tag()"],
    "sentry": ["Sentry.init({dsn:''})", "Sentry.onLoad(f)", "Raven.config('x').install()"],
    "meta-pixel": [
        "!function(f,b,e,v,n,t,s){if(f.fbq)return;n=f.fbq=function(){};if(!f._fbq)f._fbq=n}(window)",
        "window._fbq=1",
        load("https://connect.facebook.net/en_US/fbevents.js"),
        load("//connect.facebook.net/en_US/fbds.js"),
        "fbq('init','1')",
    ],
    "google-ads": ["var google_conversion_id=1;", "google_remarketing_only=true", "google_custom_params={}"],
    "google-adsense": [
        "(adsbygoogle=window.adsbygoogle||[]).push({})",
        "google_ad_client='ca-pub-1'",
        "google_ad_slot=1",
        load("//pagead2.googlesyndication.com/pagead/show_ads.js"),
    ],
    "google-ad-manager": [
        "googletag.cmd.push(f)",
        load("//www.googletagservices.com/tag/js/gpt.js"),
        load("https://securepubads.g.doubleclick.net/tag/js/gpt.js"),
    ],
    "microsoft-uet": ["window.uetq=window.uetq||[]", load("//bat.bing.com/bat.js")],
    "criteo": [
        "window.criteo_q=[]",
        "Criteo.DisplayAd({})",
        load("//static.criteo.net/js/ld/ld.js"),
        load("//dynamic.criteo.com/js/ld/ld.js"),
    ],
    "x-pixel": ["twq('init','o1')", load("https://static.ads-twitter.com/uwt.js")],
    "linkedin-insight": [
        "_linkedin_partner_id='1';window._linkedin_data_partner_ids=[];",
        "_linkedin_data_partner_id='1'",
        "_bizo_data_partner_id='1'",
        "window.lintrk('track',{})",
        load("https://snap.licdn.com/li.lms-analytics/insight.min.js"),
        load("//sjs.bizographics.com/insight.min.js"),
    ],
    "pinterest-tag": [
        "if(!window.pintrk){window.pintrk=f}",
        "pintrk('load','1')",
        load("https://s.pinimg.com/ct/core.js"),
    ],
    "tiktok-pixel": [
        "w.TiktokAnalyticsObject=t;",
        "ttq.load('1')",
        load("https://analytics.tiktok.com/i18n/pixel/events.js"),
    ],
    "snap-pixel": ["snaptr('init','1')", load("https://sc-static.net/scevent.min.js").replace(".min", "")],
    "reddit-pixel": ["rdt('init','t2_1')", load("https://www.redditstatic.com/ads/pixel.js")],
    "quantcast": ["var _qevents=[];", "_qoptions={qacct:'p-1'}", load("//edge.quantserve.com/quant.js")],
    "taboola": ["window._taboola=window._taboola||[];", load("//cdn.taboola.com/libtrc/x/loader.js")],
    "hubspot": [
        "var _hsq=window._hsq=window._hsq||[];",
        load("//js.hs-scripts.com/1.js"),
        load("//js.hs-analytics.net/analytics/1/1.js"),
    ],
    "klaviyo": [load("https://static.klaviyo.com/onsite/js/klaviyo.js")],
    "brevo": [load("https://sibautomation.com/sa.js?key=1")],
    "onesignal": [
        "window.OneSignalDeferred=[]",
        "OneSignal.push(f)",
        "var OneSignal = window.OneSignal || [];",
    ],
    "facebook": [
        "(function(d,s,id){js.id=id;js.src='//connect.facebook.net/en_US/sdk.js#xfbml=1';fjs.x(js,fjs)"
        "}(document,'script','facebook-jssdk'));",
        "window.fbAsyncInit=function(){FB.init({})}",
        "e.src=p+'//connect.facebook.net/en_US/all.js'",
    ],
    "x": [
        "!function(d,s,id){js.id=id;js.src=p+'://platform.twitter.com/widgets.js'}(document,'script','twitter-wjs')",
        "twttr.widgets.load()",
        "js.src='https://platform.x.com/widgets.js'",
        "js.src='//platform.twitter.com/anywhere.js?id=1'",
    ],
    "linkedin": ["s.src='//platform.linkedin.com/in.js'"],
    "pinterest": ["p.src='//assets.pinterest.com/js/pinit.js'"],
    "google-platform": ["po.src='https://apis.google.com/js/platform.js'"],
    "google-plus": [
        "window.___gcfg={lang:'de'};",
        "po.src='https://apis.google.com/js/plusone.js'",
    ],
    "viadeo": ["viadeoWidgetsJsUrl='x'", load("//widgets.viadeo.com/js/viadeowidgets.js")],
    "addthis": ["var addthis_config={}", "addthis_share={}", "addthis_pub='x'"],
    "sharethis": [
        "var switchTo5x=true;",
        "stLight.options({})",
        load("https://platform-api.sharethis.com/js/sharethis.js"),
    ],
    "addtoany": ["var a2a_config=a2a_config||{};"],
    "disqus": [
        "var disqus_shortname='x';",
        "var disqus_config=function(){}",
        "disqus_identifier=1",
        "d.src='//'+n+'.disqus.com/embed.js'",
        "s.src='https://acme.disqus.com/count.js'",
    ],
    "youtube": [
        "tag.src='https://www.youtube.com/iframe_api'",
        "p=new YT.Player('p')",
        "function onYouTubeIframeAPIReady(){}",
    ],
    "twitch": ["new Twitch.Player('x')"],
    "google-maps": [
        "new google.maps.Map(e)",
        "s.src='https://maps.googleapis.com/maps/api/js?key=1'",
        "s.src='//maps.google.com/maps/api/js'",
    ],
    "mapbox": ["mapboxgl.accessToken='pk.1'", "L.mapbox.accessToken='pk.1'"],
    "google-fonts": [
        "WebFontConfig={google:{families:['Lato']}}",
        load("//ajax.googleapis.com/ajax/libs/webfont/1/webfont.js"),
    ],
    "adobe-fonts": [
        "try{Typekit.load({async:true})}catch(e){}",
        load("//use.typekit.net/x.js"),
        load("//use.typekit.com/x.js"),
    ],
    "google-custom-search": [load("https://cse.google.com/cse.js?cx=1")],
    "intercom": ["window.intercomSettings={app_id:'x'}", load("https://widget.intercom.io/widget/x")],
    "crisp": ["window.CRISP_WEBSITE_ID='x'", load("https://client.crisp.chat/l.js")],
    "hubspot-chat-forms": ["hbspt.forms.create({portalId:'1'})"],
    "calendly": ["Calendly.initBadgeWidget({})"],
}

SIGNED = [service for service in catalogue().services if service.inline]


def found_in(script: str | bytes) -> list[str]:
    script = script.encode() if isinstance(script, str) else script
    return [service.id for service in catalogue().by_inline(script)]


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_every_inline_signature_has_an_example(service: KnownService) -> None:
    examples = EXAMPLES[service.id]
    for example in examples:
        assert service.id in found_in(example), example
    for signature in service.inline:
        alone = Catalogue([_with_only(service, signature)])
        assert any(alone.by_inline(example.encode()) for example in examples), signature.pattern


def _with_only(service: KnownService, signature: InlineSignature) -> KnownService:
    return KnownService(service.id, service.name, service.category, inline=(signature,))


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_no_signature_matches_without_its_token(service: KnownService) -> None:
    for signature in service.inline:
        for example in EXAMPLES[service.id]:
            without = re.sub(rb"(?<![\w$])%s(?![\w$])" % re.escape(signature.token), b"_", example.encode())
            assert not signature.pattern.search(without)


@pytest.mark.parametrize("service", SIGNED, ids=lambda service: service.id)
def test_no_signature_has_an_unbounded_repeat_that_can_backtrack(service: KnownService) -> None:
    for signature in service.inline:
        source = signature.pattern.pattern.decode()
        outside = re.sub(r"\\s\*\+|\[\^?(?:\\.|[^\]\\])*\]|\\.", "", source)
        assert not re.search(r"[*+]", outside.replace("{1,40}+", "")), source


@pytest.mark.parametrize(
    "script",
    [
        "",
        "   ",
        "document.title='x'",
        # The state of a page: addresses and names as data.
        'window.__STATE__={"links":["https://static.hotjar.com/c","https://www.youtube.com/watch?v=1"]}',
        'var page={"url":"https://snap.licdn.com/x","ads":"pagead2.googlesyndication.com"}',
        '{"host":"static.criteo.net","also":"use.typekit.net"}',
        "var share='https://www.facebook.com/sharer/sharer.php?u='+u",
        "location.href='https://twitter.com/intent/tweet'",
        # Names within names.
        "myfbq('init')",
        "fbqueue('init')",
        "$fbq('x')",
        "fbq$('x')",
        "_gaqx.push(1)",
        "saga('create')",
        "mega('send')",
        "ga(1)",
        "ga('x')",
        "rdt(1)",
        "wgtag('js')",
        "gtag(x)",
        "notGoogleAnalyticsObject=1",
        "my_adsbygoogle_test=1",
        "unuetq=1",
        "if(window.OneSignal==x){}",
        "xplatform.linkedin.com/in.jsx",
        "css='.fb-like{color:red}'",
        "var FB={};FB.open()",
        "SNIPPET_VERSION=1",
        "youtube.com/iframe_apis",
    ],
)
def test_what_only_looks_like_a_signature_is_left_alone(script: str) -> None:
    assert found_in(script) == []


def test_a_script_may_belong_to_several_services_in_the_order_of_the_file() -> None:
    script = "fbq('init','1');gtag('js',new Date());_paq.push([]);twttr.ready(f)"
    assert found_in(script) == ["google-tag", "matomo", "meta-pixel", "x"]


def test_an_address_counts_in_a_script_that_loads() -> None:
    address = "u='https://static.hotjar.com/c/hotjar-1.js';"
    assert found_in(address) == []
    for loading in ["new Image().src=u", "i.src = u", "import(u)", "fetch (u)", "navigator.sendBeacon(u)"]:
        assert found_in(address + loading) == ["hotjar"], loading


def test_bytes_that_are_not_ascii_do_not_hide_a_signature() -> None:
    assert found_in(b"\xff\xe9fbq('init')\x00\xff") == ["meta-pixel"]
    assert found_in("/* é */_paq.push(['é'])".encode("latin-1")) == ["matomo"]
    assert found_in("名前;fbq('init','1')//コード".encode("shift_jis")) == ["meta-pixel"]


@given(st.binary(), st.sampled_from(["\n", " ", ";", "(", "é", "\t"]))
def test_a_signature_is_found_whatever_surrounds_it(noise: bytes, edge: str) -> None:
    script = noise + edge.encode() + b"_paq" + edge.encode() + noise
    assert "matomo" in found_in(script)


def test_hostile_scripts_are_judged_in_linear_time() -> None:
    for signature in (signature for service in SIGNED for signature in service.inline):
        token = signature.token
        for filler in (b"", b" ", b"(", b"(\n\n\n\n", b"('a", b"/", b".", b"._" + token):
            found_in((token + filler) * (200_000 // len(token + filler)))
    for script in (b"fbq" + b" " * 2_000_000, b"connect.facebook.net/" * 100_000, b"ga('" + b"a" * 2_000_000):
        found_in(script)


SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "corpus"
NETWORKS = {
    "ga-classic": {"google-analytics"},
    "ga-universal": {"google-analytics"},
    "matomo": {"matomo"},
    "disqus": {"disqus"},
    "gtag": {"google-tag"},
    "comscore": {"comscore"},
    "newrelic": {"newrelic"},
}
"""What the corpus's own index says that inline scripts mention, where the mention is always a call."""


@pytest.mark.skipif(not SHARED.is_dir(), reason="the corpus of real pages is not beside this repository")
def test_real_pages_give_their_services_away() -> None:
    script = re.compile(rb"<script\b([^>]*)>(.*?)</script", re.IGNORECASE | re.DOTALL)
    seen = 0
    with (SHARED / "index.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            page = (SHARED / row["file"]).read_bytes()
            found = {id for match in script.finditer(page) for id in found_in(match[2])}
            for network in row["networks_inline"].split():
                seen += network in NETWORKS
                assert found >= NETWORKS.get(network, set()), (row["page"], network)
    assert seen > 20
