"""The declaration inside a site's own pages: in Flask, Starlette and Django, and as a plain function."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pytest
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation
from documentation.pages import ROOT, blocks
from flask import Flask, render_template_string
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from consentgate import Gate, Policy
from consentgate.flask import ConsentGate
from consentgate.starlette import ConsentMiddleware, consent_declaration

from .django_project import GATE
from .shop import POLICY, SECRET_KEY

FRENCH = replace(POLICY, site=Policy.parse(
    '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "c"\nlanguages = ["en", "fr"]'
).site)  # fmt: skip


def gate(policy: Policy = FRENCH) -> Gate:
    return Gate(policy, secret_key=SECRET_KEY, insecure=True)


def test_the_plain_function_writes_a_part_of_a_page_and_two_documents() -> None:
    part = gate().declaration(lang="fr", level=3, path="/cookies?a=b", root="/app")
    assert part.startswith('<div class="consentgate-declaration" lang="fr" dir="ltr">')
    assert "<h3>Vos droits</h3>" in part and "<h2" not in part
    assert 'href="/app/_privacy/choices?next=/cookies%3Fa%3Db&amp;lang=fr"' in part
    assert json.loads(gate().declaration(format="json"))["site"]["controller"] == "Shop Ltd"
    assert gate().declaration(format="markdown").startswith("# Cookie declaration: Shop\n")


@pytest.mark.parametrize("wrong", [{"format": "pdf"}, {"level": 0}, {"level": 7}])
def test_it_refuses_other_formats_and_levels(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        gate().declaration(**wrong)


def flask_app(policy: Policy = FRENCH) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY=policy, CONSENTGATE_INSECURE=True)

    @app.get("/cookies")
    def cookies() -> str:
        return render_template_string(
            "<!doctype html><title>x</title>{{ consent_declaration('fr', level=3) }}"
        )

    ConsentGate(app)
    return app


def test_a_template_of_flask_has_it_with_the_cookies_of_the_framework() -> None:
    app = flask_app()
    page = app.test_client().get("/cookies?a=b", environ_overrides={"SCRIPT_NAME": "/app"}).text
    assert "<h3>Vos droits</h3>" in page
    assert 'href="/app/_privacy/choices?next=/app/cookies%3Fa%3Db&amp;lang=fr"' in page
    assert '<code dir="ltr">session</code>' in page and '<code dir="ltr">consent</code>' in page
    with app.test_request_context("/cookies"):
        assert "Vos droits" in render_template_string("{{ consent_declaration('fr') }}")


async def cookies(request: Request) -> Response:
    environment = jinja2.Environment(autoescape=True)
    environment.globals["consent_declaration"] = consent_declaration
    template = environment.from_string("<!doctype html><title>x</title>{{ consent_declaration(request) }}")
    return HTMLResponse(template.render(request=request))


def test_a_template_of_starlette_has_it() -> None:
    inner = Starlette(routes=[Route("/cookies", cookies)])
    page = TestClient(ConsentMiddleware(inner, gate()), root_path="/app").get("/app/cookies").text
    assert "<h2>Your rights</h2>" in page
    assert 'href="/app/_privacy/choices?next=/app/cookies"' in page


def test_without_the_gate_starlette_says_what_to_do() -> None:
    request = Request({"type": "http", "headers": []})
    with pytest.raises(LookupError, match="wrap the application in ConsentMiddleware"):
        consent_declaration(request)


DJANGO = "{% load consentgate %}<!doctype html><title>x</title>{% consent_declaration level=3 %}"


def django_page(request: Any) -> Any:
    from django.http import HttpResponse

    return HttpResponse(engines["django"].from_string(DJANGO).render({}, request))


def test_a_template_of_django_has_it_in_the_active_language() -> None:
    urls = type("urls", (), {"urlpatterns": [path("cookies", django_page)]})
    changed = {"POLICY": FRENCH, "INSECURE": True}
    with override_settings(CONSENTGATE=changed, ROOT_URLCONF=urls, MIDDLEWARE=[GATE]):
        page = Client().get("/cookies").content.decode()
        assert "<h3>Your rights</h3>" in page
        assert 'href="/_privacy/choices?next=/cookies"' in page
        assert '<code dir="ltr">csrftoken</code>' in page and '<code dir="ltr">consent</code>' in page
        with translation.override("fr"):
            assert "Vos droits" in django_page(RequestFactory().get("/cookies")).content.decode()


def test_what_templates_get_is_markup() -> None:
    with flask_app().test_request_context("/"):
        from consentgate.flask import consent_declaration as in_flask

        assert isinstance(in_flask(), Markup)


# -- what the documentation shows ----------------------------------------------------------------------------

DOCUMENT = "docs/declaration.md"
FILE = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "c"\n'


def test_the_shown_code_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    (tmp_path / "consentgate.toml").write_text(FILE)
    lists, writes = blocks(DOCUMENT, "python")
    exec(compile(lists, "shown", "exec", dont_inherit=True), {})
    assert "[declaration], authority: expected the supervisory authority" in capsys.readouterr().out
    names: dict[str, Any] = {}
    exec(compile(writes, "shown", "exec", dont_inherit=True), names)
    assert "next=/cookies" in names["part"] and names["document"].startswith("# Cookie declaration")


def test_the_shown_templates_work() -> None:
    in_flask, in_starlette = blocks(DOCUMENT, "jinja")
    with flask_app().test_request_context("/"):
        assert "<h2>Vos droits</h2>" in render_template_string(in_flask)
    template = jinja2.Template(in_starlette, autoescape=True)

    async def page(request: Request) -> Response:
        return HTMLResponse(template.render(request=request, consent_declaration=consent_declaration))

    inner = Starlette(routes=[Route("/", page)])
    assert "<h2>Vos droits</h2>" in TestClient(ConsentMiddleware(inner, gate())).get("/").text
    (in_django,) = blocks(DOCUMENT, "django")
    with override_settings(CONSENTGATE={"POLICY": FRENCH}):
        request = RequestFactory().get("/")
        assert "<h2>Your rights</h2>" in engines["django"].from_string(in_django).render({}, request)


def test_the_keys_of_the_json_are_described() -> None:
    text = (ROOT / DOCUMENT).read_text("utf-8").partition("## As JSON")[2]
    declared = json.loads(gate().declaration(format="json"))
    rows = re.findall(r"^\| (`.*?`) \|", text, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"`(\w+)`", row)] == [*declared]
    service = next(one for category in declared["categories"] for one in category["services"])
    cookie = declared["categories"][0]["cookies"][0]
    for key in (*declared["site"], *declared["categories"][0], *service, *cookie):
        assert f"`{key}`" in text
