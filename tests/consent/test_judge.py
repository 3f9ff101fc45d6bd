"""What passes on a page, and what does not."""

import pytest

from consentgate import Consent, Gate, Policy
from consentgate.catalogue.inline_scripts import LONGEST_LOADER
from consentgate.consent import Judge

from .support import cookie, policy, service

HOST = "www.example.org"


def judge(policy: Policy, *grants: str, host: str = HOST, path: str = "/") -> Judge:
    return Judge(Consent.of_ids(policy, grants), host, path)


def passes(policy: Policy, url: str, *grants: str, path: str = "/") -> bool:
    host, slash, rest = url.partition("/")
    return judge(policy, *grants, path=path).url(host, slash + rest) is None


# -- URLs ----------------------------------------------------------------------------------------------------


def test_the_sites_own_hosts_pass_and_no_other():
    site = policy()
    assert passes(site, "www.example.org/")
    assert passes(site, "cdn.example.org/app.js")
    assert not passes(site, "example.com/")
    assert not passes(site, "www.youtube.com/embed/x")
    assert not passes(site, "/")


def test_a_service_passes_with_its_consent_only():
    site = policy(service("a") + service("b", "third-party"))
    assert not passes(site, "a.example/")
    assert passes(site, "a.example/", "a")
    assert passes(site, "a.example/", "performance")
    assert not passes(site, "a.example/", "b", "third-party")


def test_what_is_blocked_comes_with_its_claim():
    claim = judge(policy(service("a"))).url("a.example", "/")
    assert (claim.service, claim.category) == ("a", "performance")


def test_a_tracker_on_the_sites_own_host_needs_its_consent():
    site = policy('[[service]]\nid = "a"\ncategory = "performance"\npaths = ["/collect/*"]')
    assert not passes(site, "www.example.org/collect/x")
    assert not passes(site, "stats.example.org/collect/x")
    assert passes(site, "www.example.org/collect/x", "a")
    assert passes(site, "www.example.org/news")
    assert not passes(site, "other.example/collect/x", "a")


def test_a_host_of_the_sites_own_that_a_service_stands_behind():
    """A17: a CNAME to a tracker is a tracker."""
    site = policy('[[service]]\nid = "a"\ncategory = "performance"\nhosts = ["metrics.example.org"]')
    assert not passes(site, "metrics.example.org/x.js")
    assert passes(site, "metrics.example.org/x.js", "a")
    assert passes(site, "www.example.org/x.js")


def test_a_tracker_by_path_is_not_opened_by_the_host_that_it_is_on():
    cname = '[[service]]\nid = "cdn"\ncategory = "third-party"\nhosts = ["cdn.example.org"]\n'
    site = policy(f'{cname}[[service]]\nid = "t"\ncategory = "performance"\npaths = ["/collect/*"]')
    assert not passes(site, "cdn.example.org/collect/x", "cdn")
    assert not passes(site, "cdn.example.org/collect/x", "t")
    assert passes(site, "cdn.example.org/collect/x", "cdn", "t")
    assert passes(site, "cdn.example.org/app.js", "cdn")


def test_a_loader_of_two_services_passes_with_either():
    shared = '[[service]]\nid = "{}"\ncategory = "{}"\nhosts = ["cdn.example"]\n'
    site = policy(shared.format("a", "performance") + shared.format("b", "third-party"))
    assert not passes(site, "cdn.example/")
    assert passes(site, "cdn.example/", "a")
    assert passes(site, "cdn.example/", "b")


def test_no_consent_opens_a_service_filed_under_never():
    site = policy(service("shut", "never") + service("a"))
    assert not passes(site, "shut.example/", "performance", "third-party", "a", "shut")


def test_what_is_undeclared_goes_by_the_switch():
    assert passes(Policy(), "nobody.example/", "third-party")
    assert not passes(Policy(), "nobody.example/", "performance")
    site = policy(service("a"))
    assert not passes(site, "nobody.example/", "performance", "third-party")
    # With the catalogue's category where it is known.
    assert passes(Policy(), "www.google-analytics.com/collect", "performance")
    assert not passes(Policy(), "www.google-analytics.com/collect", "third-party")


# -- necessary, on some pages --------------------------------------------------------------------------------

CHECKOUT = policy(service("pay", "necessary", 'reason = "payment"\npages = ["/checkout/*", "/donate"]'))


@pytest.mark.parametrize(
    ("path", "open_"),
    [
        ("/checkout/", True),
        ("/checkout/step/2", True),
        ("/donate", True),
        ("/checkout", False),
        ("/donate/", False),
        ("/", False),
        ("/Checkout/", False),
        ("/CHECKOUT/1", False),
        ("//checkout/1", False),
        ("/x/checkout/1", False),
        ("/checkout/../", False),
        ("/checkout/..", False),
        ("/checkout/../news", False),
        ("/checkout/x/../../news", False),
        ("/checkout/%2e%2e/news", False),
        ("/checkout/%2E./news", False),
        ("/checkout/.%2e", False),
        ("/checkout\\..\\news", False),
        ("/news?/checkout/", False),
        ("/news#/checkout/", False),
        ("/%63heckout/1", True),
        ("/news/../checkout/1", True),
    ],
)
def test_pages_are_compared_as_browsers_and_servers_read_them(path, open_):
    page = b'<script src="https://pay.example/v3.js"></script>'
    result = Gate(CHECKOUT, secret_key="a key for the tests").rewrite(
        page, url=f"https://www.example.org{path}"
    )
    assert (result.html == page) is open_


def test_letters_in_pages_stand_for_themselves():
    site = policy(service("pay", "necessary", 'reason = "payment"\npages = ["/[ab]/*"]'))
    assert not passes(site, "pay.example/", path="/a/x")
    assert passes(site, "pay.example/", path="/[ab]/x")


def test_what_is_necessary_without_pages_passes_everywhere():
    site = policy(service("pay", "necessary", 'reason = "payment"'))
    assert passes(site, "pay.example/", path="/anything")


def test_a_cookie_of_a_service_for_some_pages_passes_on_these():
    rest = 'reason = "payment"\npages = ["/checkout/*"]\ncookies = [{ name = "_pay" }]'
    site = policy(service("pay", "necessary", rest))
    assert judge(site, path="/checkout/1").cookie("_pay") is None
    assert judge(site, path="/").cookie("_pay").service == "pay"


# -- cookies -------------------------------------------------------------------------------------------------


def test_a_cookie_passes_by_its_category():
    reason = 'reason = "security"\n'
    site = policy(cookie("sid", "necessary") + reason + cookie("_ab*") + cookie("_no", "never"))
    before, after = judge(site), judge(site, "performance", "third-party")
    assert before.cookie("sid") is None
    assert before.cookie("_ab1").category == "performance"
    assert after.cookie("_ab1") is None
    for name in ("_no", "_ga", "anything", "", "SID"):
        assert before.cookie(name) is not None
        assert after.cookie(name) is not None


def test_the_cookie_of_a_known_service_that_is_not_declared_stays_out():
    site = policy('[[service]]\nuse = "google-analytics"\ncookies = []')
    assert judge(site, "google-analytics", "performance").cookie("_ga") is not None
    assert judge(policy('[[service]]\nuse = "google-analytics"'), "google-analytics").cookie("_ga") is None


# -- inline scripts and widgets ------------------------------------------------------------------------------

PIXEL = b"fbq('init', '1'); fbq('track', 'PageView');"
BOTH = '[[service]]\nuse = "meta-pixel"\n[[service]]\nuse = "google-analytics"'


def test_an_inline_script_passes_with_its_service():
    loader = PIXEL + b"s.src = '/fbevents.js'"
    site = policy('[[service]]\nuse = "meta-pixel"')
    assert judge(site).inline(loader).service == "meta-pixel"
    assert judge(site, "meta-pixel").inline(loader) is None
    assert judge(policy(), "third-party").inline(loader) is not None
    assert judge(site).inline(b"document.title = 'News'") is None


CALL = b"fbq('track', 'PageView');"


def test_an_inline_script_that_only_calls_a_declared_service_is_left_to_the_stub():
    site = policy(BOTH)
    for consent in ((), ("google-analytics",), ("meta-pixel",)):
        assert judge(site, *consent).inline(CALL + b"menu.open() // as ever") is None
        assert judge(site, *consent).inline(CALL + b"gtag('event', 'click', { event_callback: go });") is None
    # What nobody declared has no stub.
    assert judge(policy()).inline(CALL) is not None
    assert judge(policy('[[service]]\nuse = "google-analytics"')).inline(CALL) is not None


def test_a_call_is_not_left_to_the_queue_of_another_service():
    """A container reads what anybody pushes into its queue, whatever that was meant for."""
    site = policy('[[service]]\nuse = "google-tag-manager"\n[[service]]\nuse = "google-analytics"')
    own = b"function gtag() { dataLayer.push(arguments) } gtag('event', 'x', { send_to: 'G-1' })"
    assert judge(site).inline(own) is None
    assert judge(site, "google-tag-manager").inline(own) is not None
    assert judge(site, "google-analytics").inline(own) is None


@pytest.mark.parametrize(
    "more",
    [
        *(
            "new Image().src = u",
            "new  Image()",
            "fetch(u)",
            "navigator.sendBeacon(u)",
            "$.get(u); import(u)",
        ),
        *("new WebSocket(u)", "new EventSource(u)", "new Worker(u)", "requirejs([u])", "axios(u)", "open(u)"),
        *("document.createElement('b')", "i.setAttribute('src', u)", "$(i).attr('src', u)", "i.src += u"),
        *("document.images[0]['src'] = u", "document['write'](u)", "document.writeln(u)", "b.innerHTML += u"),
        *("b.insertAdjacentHTML('beforeend', u)", "$('head').append(u)", "i.style.background = u"),
        *("document.cookie = 'a=1'", "localStorage.a = 1", "sessionStorage.setItem('a', 1)"),
        *("eval(u)", "w['e' + 'val'](u)", "document.wr\\u0069te(u)", "f = (() => 0).constructor(u)"),
        *("go('https://www.facebook.com/tr?id=1')", "go('//nobody.example/')", "go('https://' + host)"),
        *("go(`${location.protocol}//www.facebook.com/tr`)", "go(' https://nobody.example')"),
        # What starts a service, which the site may serve itself.
        *("fbq('init', '1')", "mixpanel.init('T')", "ga('create', 'UA-1')", "gtag('config', 'G-1')"),
        *("_paq.push(['setSiteId', '1'])", "ym(1, 'init', {})", "hj.load(u)"),
        # What else gives a service away.
        *("google_conversion_id = 1", "load('www.clarity.ms/tag/abc')", "ttq.load('x')"),
        # Longer than any loader, which does not make it a call.
        "new Image().src = u" + " " * LONGEST_LOADER,
    ],
)
def test_an_inline_script_that_may_do_more_than_to_call_goes_as_a_whole(more: str):
    site = policy(
        BOTH + "".join(f'\n[[service]]\nuse = "{use}"' for use in ("mixpanel", "clarity", "matomo"))
    )
    assert judge(site).inline(CALL + more.encode()) is not None


def test_an_inline_script_of_several_services_needs_all_of_them():
    both = PIXEL + b"gtag('config', 'G-1'); new Image().src = u"
    site = policy('[[service]]\nuse = "meta-pixel"\n[[service]]\nuse = "google-analytics"')
    assert judge(site, "meta-pixel").inline(both) is not None
    assert judge(site, "google-analytics").inline(both) is not None
    assert judge(site, "meta-pixel", "google-analytics").inline(both) is None


def test_an_inline_script_whose_loader_two_services_share_passes_with_either():
    shared = '[[service]]\nid = "{}"\ncategory = "{}"\nhosts = ["www.youtube.com"]\n'
    site = policy(shared.format("a", "performance") + shared.format("b", "third-party"))
    script = b"new YT.Player('p', {}); s.src = 'https://www.youtube.com/iframe_api';"
    assert judge(site).inline(script).service == "a"
    assert judge(site, "a").inline(script) is None
    assert judge(site, "b").inline(script) is None


def test_a_widget_passes_with_its_service():
    site = policy('[[service]]\nuse = "facebook"')
    like = {"class": "fb-like"}
    assert judge(site).widget("div", like).claim.service == "facebook"
    assert judge(site, "facebook").widget("div", like) is None
    assert judge(policy(), "third-party").widget("div", like).claim.category is None
    assert judge(site).widget("div", {"class": "news"}) is None


# -- stubs ---------------------------------------------------------------------------------------------------


def test_declared_services_that_are_blocked_have_stubs():
    site = policy(BOTH)
    assert judge(policy()).stubs == set()
    of_google = {"gtag", "dataLayer[]", "ga", "_gaq[]", "__gaTracker"}
    assert set(judge(site).stubs) == {*of_google, "fbq", "_fbq"}
    assert set(judge(site, "google-analytics").stubs) == {"fbq", "_fbq"}
    assert judge(site, "google-analytics", "meta-pixel").stubs == set()


def test_what_an_allowed_service_calls_by_the_same_name_has_no_stub():
    site = policy('[[service]]\nuse = "google-tag-manager"\n[[service]]\nuse = "google-analytics"')
    assert "dataLayer[]" in judge(site).stubs
    assert "dataLayer[]" not in judge(site, "google-tag-manager").stubs
    assert "ga" in judge(site, "google-tag-manager").stubs


def test_what_is_necessary_on_some_pages_has_a_stub_on_the_others():
    rest = 'use = "matomo"\ncategory = "necessary"\nreason = "security"\npages = ["/checkout/*"]'
    site = policy(f"[[service]]\n{rest}")
    assert "_paq[]" in judge(site, path="/").stubs
    assert judge(site, path="/checkout/1").stubs == set()
