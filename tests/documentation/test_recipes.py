"""The recipes do what they say. Each heading of docs/recipes.md with a block has its test here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import werkzeug.test
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import path

from consentgate import Gate, Policy
from consentgate.testing import consent_cookie
from consentgate.wsgi import ConsentMiddleware

from .pages import blocks, read

PAGE = "docs/recipes.md"
SITE = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
HOST = "www.example.org"
GTM = '<script src="https://www.googletagmanager.com/gtm.js?id=GTM-X"></script>'
GA = '<script src="https://www.googletagmanager.com/gtag/js?id=G-X"></script>'
DJANGO = "Django's own Content-Security-Policy"
MATOMO = '<script src="/matomo/matomo.js"></script>'


def gate_for(section: str) -> Gate:
    """Return a gate with the recipe's policy."""
    text = "\n".join(blocks(PAGE, "toml", section))
    return Gate(Policy.parse(text if "[site]" in text else SITE + text), secret_key="a key for the tests")


def passes(gate: Gate, html: str, path: str = "/", *grants: str) -> bool:
    """Say whether the page comes out as it is."""
    return gate.rewrite(html.encode(), url=f"https://{HOST}{path}", grants=grants).html == html.encode()


def a_video_that_waits_for_a_click(gate: Gate) -> None:
    frame = '<iframe src="https://www.youtube.com/embed/x"></iframe>'
    shown = gate.rewrite(frame.encode(), url=f"https://{HOST}/").html.decode()
    assert "youtube.com/embed" not in shown.partition("srcdoc")[0]
    assert "Load once" in visit(gate, frame).text
    assert "Always allow YouTube" in visit(gate, frame).text
    assert passes(gate, frame, "/", "youtube")


def google_tag_manager_with_analytics(gate: Gate) -> None:
    for tag in (GTM, GA):
        assert not passes(gate, tag)
        assert not passes(gate, tag, "/", "marketing")
        assert passes(gate, tag, "/", "performance")


def matomo_without_consent(gate: Gate) -> None:
    assert passes(gate, MATOMO)
    assert not passes(gate, MATOMO.replace("/matomo/", "//other.example/"))


def matomo_with_consent(gate: Gate) -> None:
    for tag in (MATOMO, MATOMO.replace("/matomo/", "https://stats.example.org/")):
        assert not passes(gate, tag)
        assert passes(gate, tag, "/", "performance")


def a_payment_page(gate: Gate) -> None:
    tag = '<script src="https://js.stripe.com/v3/"></script>'
    assert passes(gate, tag, "/checkout")
    assert passes(gate, tag, "/checkout/card")
    assert not passes(gate, tag, "/checkouts")
    assert not passes(gate, tag)


def fonts(gate: Gate) -> None:
    sheet = '<link rel="stylesheet" href="https://fonts.googleapis.com/css2?family=Lora">'
    assert not passes(gate, sheet)
    assert passes(gate, sheet, "/", "google-fonts")
    assert passes(gate, '<link rel="stylesheet" href="/fonts/lora.css">')


def a_captcha(gate: Gate) -> None:
    tag = '<script src="https://js.hcaptcha.com/1/api.js"></script>'
    assert passes(gate, tag, "/login")
    assert not passes(gate, tag, "/")


def your_own_cdn(gate: Gate) -> None:
    assert passes(gate, '<img src="https://example-assets.s3.eu-west-3.amazonaws.com/a.png">')
    assert passes(gate, '<img src="https://cdn.example.org/a.png">')
    assert not passes(gate, '<img src="https://other-assets.s3.eu-west-3.amazonaws.com/a.png">')


def the_first_week(gate: Gate) -> None:
    page = f"<!doctype html><title>Shop</title>{GTM}"
    answer = visit(gate, page)
    assert answer.text == page
    assert "_own" in answer.headers["Set-Cookie"]
    assert {finding.name for finding in gate.findings} == {"www.googletagmanager.com", "_own"}


def a_cookie_that_remembers_a_setting(gate: Gate) -> None:
    assert "theme=" in visit(gate, "", "theme=dark; Max-Age=31536000").headers["Set-Cookie"]
    assert "Set-Cookie" not in visit(gate, "", "other=1").headers


def a_test_of_two_versions(gate: Gate) -> None:
    assert "Set-Cookie" not in visit(gate, "", "ab_test=b").headers
    assert "ab_test=b" in visit(gate, "", "ab_test=b", grants=["performance"]).headers["Set-Cookie"]


def single_embeds(gate: Gate) -> None:
    frame = '<iframe src="https://www.google.com/maps/embed?pb=x"></iframe>'
    assert passes(gate, frame, "/how-to-find-us/map")
    assert not passes(gate, frame, "/how-to-find-us")


def a_service_worker(gate: Gate) -> None:
    """`tests/browser/test_service_worker.py` runs the worker."""
    assert '"files"' in visit(gate, "<!doctype html><title>Shop</title>").text.partition("data-guard")[2]


RECIPES: Mapping[str, Callable[[Gate], None]] = {
    "A video that waits for a click": a_video_that_waits_for_a_click,
    "Google Tag Manager with Analytics": google_tag_manager_with_analytics,
    "Matomo on your own server, without consent": matomo_without_consent,
    "Matomo on your own server, with consent": matomo_with_consent,
    "A payment page": a_payment_page,
    "Fonts": fonts,
    "A captcha on the login form": a_captcha,
    "Your own CDN or bucket": your_own_cdn,
    "The first week on a site that is there already": the_first_week,
    "A cookie of your own that remembers a setting": a_cookie_that_remembers_a_setting,
    "A test of two versions of a page": a_test_of_two_versions,
    "Single embeds that are needed": single_embeds,
    "A service worker": a_service_worker,
}


@pytest.mark.parametrize("section", RECIPES)
def test_the_recipe_works(section: str) -> None:
    RECIPES[section](gate_for(section))


def test_each_recipe_is_tried() -> None:
    assert {block.section for block in read(PAGE).blocks} == {*RECIPES, DJANGO}


def visit(gate: Gate, page: str, cookie: str = "_own=1", grants: list[str] | None = None) -> Any:
    """Return what a site answers that has the page and sets the cookie."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", cookie)])
        return [page.encode()]

    client = werkzeug.test.Client(ConsentMiddleware(app, gate))
    if grants:
        client.set_cookie(*consent_cookie(gate, grants, HOST), domain=HOST, secure=True)
    return client.get("/", base_url=f"https://{HOST}")


def front(request: HttpRequest) -> HttpResponse:
    page = '<!doctype html><script nonce="{{ csp_nonce }}">own = 1</script>'
    return HttpResponse(engines["django"].from_string(page).render({}, request))


def test_djangos_own_policy_and_the_gates_stand_side_by_side(tmp_path: Path) -> None:
    pytest.importorskip("django.utils.csp", reason="Django has it from 6.0 on, which needs Python 3.12")
    (code,) = blocks(PAGE, "python", DJANGO)
    settings: dict[str, Any] = {}
    exec(compile(code, PAGE, "exec", dont_inherit=True), settings)
    (tmp_path / "consentgate.toml").write_text(f'{SITE}[[service]]\nuse = "youtube"\n')
    urls = type("urls", (), {"urlpatterns": [path("", front)]})
    with override_settings(
        CONSENTGATE={"POLICY": tmp_path / "consentgate.toml"},
        ROOT_URLCONF=urls,
        MIDDLEWARE=[name for name in settings["MIDDLEWARE"] if name is not ...],
        SECURE_CSP=settings["SECURE_CSP"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {"context_processors": ["django.template.context_processors.csp"]},
            }
        ],
    ):
        answer = Client().get("/", secure=True)
    site, gate = answer.headers["Content-Security-Policy"].split(", ")
    (nonce,) = set(re.findall("'nonce-(.+?)'", site))
    assert gate.startswith("default-src 'self'")
    assert set(re.findall('nonce="(.+?)"', answer.text)) == {nonce}
    assert answer.text.count(f'nonce="{nonce}"') > 2
