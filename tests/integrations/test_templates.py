"""The block tag `consented`, in Django's and Jinja's templates."""

from __future__ import annotations

from collections.abc import Callable

import jinja2
import pytest
from django.http import HttpRequest
from django.template import Context, TemplateSyntaxError, engines
from django.test import RequestFactory
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from consentgate import Gate, UnknownId
from consentgate.flask import ConsentGate
from consentgate.starlette import ConsentMiddleware
from consentgate.testing import consent_for, consent_to

from .shop import POLICY, SECRET_KEY
from .test_flask import make_app

GATE = Gate(POLICY, secret_key=SECRET_KEY)
TAG = '{% consented "performance" %}yes{% else %}no{% endconsented %}'
WRONG = '{% consented "perfomance" %}yes{% endconsented %}'


def django(text: str, *grants: str) -> str:
    request = RequestFactory().get("/")
    request.consent = consent_for(GATE, grants)
    return engines["django"].from_string("{% load consentgate %}" + text).render({}, request)


def jinja(text: str, *grants: str) -> str:
    environment = jinja2.Environment(extensions=["consentgate.jinja.Consented"], autoescape=True)
    return environment.from_string(text).render(consent=consent_for(GATE, grants))


Render = Callable[..., str]
both = pytest.mark.parametrize("render", [django, jinja])


@both
def test_it_shows_one_thing_with_consent_and_another_without(render: Render) -> None:
    assert render(TAG) == "no"
    assert render(TAG, "performance") == "yes"


@both
def test_of_several_all_are_needed_and_nothing_need_stand_in_their_place(render: Render) -> None:
    comma = "," if render is jinja else ""
    several = f'{{% consented "performance"{comma} "stats" %}}yes{{% endconsented %}}'
    assert render(several, "stats") == ""
    assert render(several, "performance") == "yes"


@both
def test_ids_may_be_variables_and_a_wrong_one_is_an_error(render: Render) -> None:
    assert (
        render('{% with id="stats" %}{% consented id %}yes{% endconsented %}{% endwith %}', "stats") == "yes"
    )
    with pytest.raises(UnknownId, match='did you mean "performance"'):
        render(WRONG)


@both
def test_a_tag_without_ids_says_what_it_needs(render: Render) -> None:
    with pytest.raises((TemplateSyntaxError, jinja2.TemplateSyntaxError), match=r'like .*"stats"'):
        render("{% consented %}yes{% endconsented %}")


def test_in_jinja_ids_without_a_comma_are_a_mistake() -> None:
    with pytest.raises(jinja2.TemplateSyntaxError, match="commas"):
        jinja('{% consented "performance" "stats" %}yes{% endconsented %}')


def test_without_a_visitor_it_says_what_is_missing() -> None:
    with pytest.raises(TemplateSyntaxError, match="context processors"):
        engines["django"].from_string("{% load consentgate %}" + TAG).template.render(Context({}))
    with pytest.raises(jinja2.UndefinedError, match="consent="):
        jinja2.Environment(extensions=["consentgate.jinja.Consented"]).from_string(TAG).render()


def test_in_flask_and_starlette_it_asks_the_visitor_of_the_request() -> None:
    app = make_app()
    app.jinja_env.add_extension("consentgate.jinja.Consented")
    app.add_url_rule("/tag", "tag", lambda: app.jinja_env.from_string(TAG).render())
    ConsentGate(app)
    client = app.test_client()
    assert client.get("/tag").text == "no"
    consent_to(client, "performance")
    assert client.get("/tag").text == "yes"

    environment = jinja2.Environment(extensions=["consentgate.jinja.Consented"], autoescape=True)

    async def page(request: Request) -> HTMLResponse:
        return HTMLResponse(environment.from_string(TAG).render(request=request))

    starlette = TestClient(ConsentMiddleware(Starlette(routes=[Route("/", page)]), GATE))
    assert starlette.get("/").text.endswith("no")
    consent_to(starlette, "performance")
    assert starlette.get("/").text.endswith("yes")


def test_django_asks_the_visitor_that_came_through_the_gate() -> None:
    def view(request: HttpRequest) -> str:
        return engines["django"].from_string("{% load consentgate %}" + TAG).render({}, request)

    assert view(RequestFactory().get("/")) == "no"
