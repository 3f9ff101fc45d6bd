"""Logins work: what frameworks set by themselves passes under the name and lifetime that they give it."""

from __future__ import annotations

import logging
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Blueprint, Flask, session
from flask.sessions import SecureCookieSessionInterface
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Host, Mount, Route, Router
from starlette.testclient import TestClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from consentgate import Gate, Policy
from consentgate.flask import ConsentGate
from consentgate.flask import ConsentMiddleware as FlaskGate
from consentgate.starlette import ConsentMiddleware

from .shop import DECISION, POLICY, SECRET_KEY

DAY = 86_400


def gate(policy: Policy = POLICY) -> Gate:
    return Gate(policy, secret_key=SECRET_KEY, insecure=True)


# -- Starlette and FastAPI -------------------------------------------------------------------------------


async def count(request: Request) -> Response:
    request.session["visits"] = request.session.get("visits", 0) + 1
    return PlainTextResponse(str(request.session["visits"]))


class OurSessions(SessionMiddleware):
    """A site's own, with a name and lifetime of its own."""

    def __init__(self, app: Any) -> None:
        super().__init__(app, SECRET_KEY, session_cookie="ours", max_age=36 * 3600)


class Wrapped:
    """Middleware as sites write it, which keeps the application under a name of its own."""

    def __init__(self, inner: Any) -> None:
        self.inner_most = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.inner_most(scope, receive, send)


def in_closure(inner: Any) -> Any:
    async def wrapped(scope: Any, receive: Any, send: Any) -> None:
        await inner(scope, receive, send)

    return wrapped


def sessions(name: str, **options: Any) -> Middleware:
    return Middleware(SessionMiddleware, secret_key=SECRET_KEY, session_cookie=name, **options)


def admin(*middleware: Middleware) -> Starlette:
    return Starlette(routes=[Route("/count", count)], middleware=[*middleware])


def positional() -> Starlette:
    return Starlette(routes=[Mount("/admin", admin(Middleware(SessionMiddleware, SECRET_KEY, "ours")))])


def _takes_positional() -> bool:
    """Tell whether this Starlette passes arguments on in their places; older ones name the application."""
    try:
        positional().routes[0].app.build_middleware_stack()
    except TypeError:
        return False
    return True


TAKES_POSITIONAL = _takes_positional()
STARLETTE: dict[str, Callable[[], Any]] = {
    "mounted": lambda: Starlette(routes=[Mount("/admin", admin(sessions("ours")))]),
    "mounted twice": lambda: Starlette(
        routes=[Mount("/", Starlette(routes=[Mount("/admin", admin(sessions("ours")))]))]
    ),
    "in a router": lambda: Router([Mount("/admin", admin(sessions("ours")))]),
    "by host": lambda: Starlette(routes=[Host("testserver", Mount("/admin", admin(sessions("ours"))))]),
    "in the mount": lambda: Starlette(
        routes=[Mount("/admin", routes=[Route("/count", count)], middleware=[sessions("ours")])]
    ),
    "in the route": lambda: Starlette(routes=[Route("/admin/count", count, middleware=[sessions("ours")])]),
    "wrapped when mounted": lambda: Starlette(routes=[Mount("/admin", Wrapped(admin(sessions("ours"))))]),
    "in a closure": lambda: in_closure(
        Starlette(routes=[Mount("/admin", in_closure(admin(sessions("ours"))))])
    ),
    "a subclass": lambda: Starlette(routes=[Mount("/admin", admin(Middleware(OurSessions)))]),
    "a factory": lambda: Starlette(routes=[Mount("/admin", admin(Middleware(lambda app: OurSessions(app))))]),
    "by hand": lambda: Starlette(
        routes=[Mount("/admin", SessionMiddleware(admin(), SECRET_KEY, session_cookie="ours"))]
    ),
    **({"positional": positional} if TAKES_POSITIONAL else {}),
}


def counts(
    client: Any, path: str = "/admin/count", text: Callable[[Any], str] = lambda r: r.text
) -> list[str]:
    return [text(client.get(path)) for _ in range(3)]


@pytest.mark.parametrize("made", STARLETTE.values(), ids=STARLETTE.keys())
@pytest.mark.parametrize("refused", [False, True])
def test_a_session_lasts_wherever_the_middleware_is(made: Callable[[], Any], refused: bool) -> None:
    client = TestClient(ConsentMiddleware(made(), gate()))
    if refused:
        answer = client.post(
            "/_privacy/choices", data={"decision": "refuse"}, headers=DECISION, follow_redirects=False
        )
        assert answer.status_code == 303
    assert counts(client) == ["1", "2", "3"]
    assert "ours" in client.cookies


@pytest.mark.parametrize("listed", [False, True])
def test_a_session_lasts_in_what_is_mounted_as_the_application_starts(listed: bool) -> None:
    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.mount("/admin", admin(sessions("ours")))
        yield

    app: Any = Starlette(lifespan=lifespan)
    if listed:
        app.add_middleware(ConsentMiddleware, gate=gate())
    else:
        app = ConsentMiddleware(app, gate())
    with TestClient(app) as client:
        assert counts(client) == ["1", "2", "3"]


def test_a_session_lasts_in_a_mounted_fastapi() -> None:
    fastapi = pytest.importorskip("fastapi")
    inner, outer = fastapi.FastAPI(), fastapi.FastAPI()
    inner.add_middleware(SessionMiddleware, secret_key=SECRET_KEY, session_cookie="ours")
    inner.add_api_route("/count", count)
    outer.mount("/admin", inner)
    assert counts(TestClient(ConsentMiddleware(outer, gate()))) == ["1", "2", "3"]


def test_a_session_lasts_below_a_router_that_fastapi_includes() -> None:
    fastapi = pytest.importorskip("fastapi")
    included, nested, outer = fastapi.APIRouter(), fastapi.APIRouter(), fastapi.FastAPI()
    nested.mount("/admin", admin(sessions("ours")))
    included.include_router(nested)
    outer.include_router(included, prefix="/v1")
    assert counts(TestClient(ConsentMiddleware(outer, gate())), "/v1/admin/count") == ["1", "2", "3"]


def test_several_sessions_each_have_their_lifetime(caplog: pytest.LogCaptureFixture) -> None:
    app = Starlette(
        routes=[
            Route("/count", count),
            Mount("/admin", admin(sessions("admin", max_age=400 * DAY, path="/admin"))),
        ],
        middleware=[sessions("shop", max_age=None)],
    )
    client = TestClient(ConsentMiddleware(app, gate()))
    assert "max-age" not in client.get("/count").headers["set-cookie"].lower()
    lines = client.get("/admin/count").headers.get_list("set-cookie")
    assert [line for line in lines if f"Max-Age={400 * DAY}" in line and "path=/admin" in line]
    assert not caplog.records


def test_other_makers_session_and_csrf_middleware_counts_too() -> None:
    starsessions = pytest.importorskip("starsessions")
    csrf = pytest.importorskip("starlette_csrf")

    async def loaded(request: Request) -> Response:
        await starsessions.load_session(request)
        return await count(request)

    middleware = [
        Middleware(csrf.CSRFMiddleware, secret=SECRET_KEY, cookie_name="anti"),
        Middleware(
            starsessions.SessionMiddleware,
            store=starsessions.InMemoryStore(),
            cookie_name="ours",
            cookie_https_only=False,
            lifetime=timedelta(days=3),
        ),
    ]
    app = Starlette(routes=[Route("/admin/count", loaded)], middleware=middleware)
    client = TestClient(ConsentMiddleware(app, gate()))
    assert counts(client) == ["1", "2", "3"]
    assert {*client.cookies} == {"ours", "anti"}


def test_a_flask_application_below_starlette_keeps_its_session() -> None:
    a2wsgi = pytest.importorskip("a2wsgi")
    app = Starlette(routes=[Mount("/admin", a2wsgi.WSGIMiddleware(flask_app(SESSION_COOKIE_NAME="ours")))])
    assert counts(TestClient(ConsentMiddleware(app, gate()))) == ["1", "2", "3"]


def test_what_nobody_sets_is_not_exempt() -> None:
    async def other(request: Request) -> Response:
        response = PlainTextResponse(" ".join(request.cookies))
        response.set_cookie("session", "1")
        return response

    app = Starlette(routes=[Route("/", other), Mount("/admin", admin(sessions("ours")))])
    client = TestClient(ConsentMiddleware(app, gate()))
    assert "set-cookie" not in client.get("/").headers


# -- Flask -----------------------------------------------------------------------------------------------


def flask_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY=POLICY, CONSENTGATE_INSECURE=True)
    app.config.update(config)
    part = Blueprint("part", __name__)

    @part.get("/count")
    def visits() -> str:
        session.permanent = True
        session["visits"] = session.get("visits", 0) + 1
        return str(session["visits"])

    app.register_blueprint(part)
    app.register_blueprint(part, url_prefix="/admin", name="admin")
    return app


class OurInterface(SecureCookieSessionInterface):
    """A site's own session interface."""

    def get_cookie_name(self, app: Flask) -> str:
        return "ours"

    def get_expiration_time(self, app: Flask, session: Any) -> Any:
        return super().get_expiration_time(app, session) + timedelta(days=60)


@pytest.mark.parametrize("lifetime", [timedelta(minutes=20), timedelta(hours=36), timedelta(days=400)])
def test_flasks_lifetime_is_the_one_that_it_is_configured_with(
    lifetime: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    app = flask_app(PERMANENT_SESSION_LIFETIME=lifetime, SESSION_COOKIE_NAME="ours")
    bare = app.test_client().get("/count").headers["Set-Cookie"]
    ConsentGate(app)
    gated = app.test_client().get("/count").headers["Set-Cookie"]
    assert "Expires=" in bare
    assert "Max-Age" not in gated
    assert "Expires=" in gated
    assert not caplog.records


def test_a_session_interface_may_come_after_the_gate() -> None:
    app = flask_app()
    ConsentGate(app)
    app.session_interface = OurInterface()
    client = app.test_client()
    assert counts(client, "/count") == ["1", "2", "3"]
    assert client.get_cookie("ours") is not None


def test_flask_session_keeps_its_sessions() -> None:
    flask_session = pytest.importorskip("flask_session")
    cachelib = pytest.importorskip("cachelib")
    app = flask_app(
        SESSION_TYPE="cachelib", SESSION_CACHELIB=cachelib.SimpleCache(), SESSION_COOKIE_NAME="ours"
    )
    ConsentGate(app)
    flask_session.Session(app)
    assert counts(app.test_client(), "/count") == ["1", "2", "3"]


def test_flask_login_remembers() -> None:
    flask_login = pytest.importorskip("flask_login")
    app = flask_app(REMEMBER_COOKIE_NAME="known", REMEMBER_COOKIE_DURATION=timedelta(days=90))
    manager = flask_login.LoginManager()

    class User(flask_login.UserMixin):
        id = "editor"

    manager.user_loader(lambda id: User())

    @app.get("/login")
    def login() -> str:
        flask_login.login_user(User(), remember=True)
        return "in"

    @app.get("/who")
    def who() -> str:
        return str(getattr(flask_login.current_user, "id", "nobody"))

    ConsentGate(app)
    manager.init_app(app)
    client = app.test_client()
    client.get("/login")
    client.delete_cookie("session")
    assert client.get("/who").text == "editor"


@pytest.mark.parametrize("refused", [False, True])
def test_applications_that_a_dispatcher_mounts_keep_their_sessions(refused: bool) -> None:
    mounted = {"/admin": flask_app(SESSION_COOKIE_NAME="ours")}
    inside = flask_app(SESSION_COOKIE_NAME="shop")
    inside.wsgi_app = DispatcherMiddleware(inside.wsgi_app, mounted)
    ConsentGate(inside)
    around = FlaskGate(DispatcherMiddleware(flask_app(SESSION_COOKIE_NAME="shop"), mounted), gate())
    for app in (inside, around):
        client = Client(app)
        if refused:
            form = {"decision": "refuse"}
            assert client.post("/_privacy/choices", data=form, headers=DECISION).status_code == 303
        assert counts(client) == counts(client, "/count") == ["1", "2", "3"]
        assert {cookie.key for cookie in client._cookies.values()} >= {"ours", "shop"}


_shop, _admin = flask_app(SESSION_COOKIE_NAME="shop"), flask_app(SESSION_COOKIE_NAME="ours")


def dispatching(environ: Any, start_response: Any) -> Any:
    """A dispatcher as sites write it."""
    return (_admin if environ["PATH_INFO"].startswith("/admin/") else _shop)(environ, start_response)


class Dispatching:
    """A dispatcher that is an object."""

    __slots__ = ("below",)

    def __init__(self) -> None:
        self.below = {"/admin": _admin, "": _shop}

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return dispatching(environ, start_response)


@pytest.mark.parametrize(
    "app",
    [
        dispatching,
        ProxyFix(dispatching),
        partial(dispatching),
        Dispatching(),
        lambda environ, start: dispatching(environ, start),
        DispatcherMiddleware(ProxyFix(_shop), {"/none": _shop, "/admin": lambda e, s: _below(e, s)}),
    ],
)
def test_applications_that_a_dispatcher_of_the_sites_own_mounts_keep_their_sessions(app: Any) -> None:
    client = Client(FlaskGate(app, gate()))
    assert counts(client) == counts(client, "/count") == ["1", "2", "3"]


def _below(environ: Any, start_response: Any) -> Any:
    return _admin(environ, start_response)


def test_a_django_project_that_a_dispatcher_mounts_keeps_its_sessions() -> None:
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings
    from django.urls import set_script_prefix

    from .test_django import without_the_gate

    with override_settings(
        MIDDLEWARE=without_the_gate(),
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        SESSION_COOKIE_NAME="ours",
    ):
        app = FlaskGate(DispatcherMiddleware(flask_app(), {"/cms": get_wsgi_application()}), gate())
        client = Client(app)
        client.get("/cms/keep")
    set_script_prefix("/")
    assert {cookie.key for cookie in client._cookies.values()} == {"ours"}


# -- What the log says -----------------------------------------------------------------------------------


def test_a_session_that_outlives_its_settings_passes_and_the_log_says_how_to_tell(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = flask_app()
    app.session_interface = OurInterface()
    ConsentGate(app)
    with caplog.at_level(logging.WARNING, "consentgate"):
        client = app.test_client()
        assert "Max-Age" not in client.get("/count").headers["Set-Cookie"]
        client.get("/count")
    [record] = caplog.records
    text = record.getMessage()
    assert "for 91 days, and the choices page says 31 days" in text
    [table] = tomllib.loads(text.partition("\n")[2])["cookie"]
    assert table == {
        "name": "ours",
        "category": "necessary",
        "reason": "authentication",
        "lifetime": "91 days",
    }


@pytest.mark.parametrize("name", ["our_session", "our_*"])
def test_a_session_cookie_that_visitors_can_refuse_is_warned_of(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    policy = Policy.parse(
        '[site]\nname = "S"\ncontroller = "S Ltd"\ncontact = "c"\n'
        f'[[cookie]]\nname = "{name}"\ncategory = "performance"\n'
    )
    app = flask_app(CONSENTGATE_POLICY=policy, SESSION_COOKIE_NAME="our_session")
    ConsentGate(app)
    with caplog.at_level(logging.WARNING, "consentgate"):
        app.test_client().get("/")
    [record] = caplog.records
    assert 'own cookie "our_session" under "performance"' in record.getMessage()
    assert 'category = "necessary" and reason = "authentication"' in record.getMessage()


def test_a_gate_inside_the_session_middleware_is_an_error_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for gate_last in (True, False):
        app = Starlette(routes=[Route("/count", count)])
        added: list[tuple[Any, dict[str, Any]]] = [
            (SessionMiddleware, {"secret_key": SECRET_KEY}),
            (ConsentMiddleware, {"gate": gate()}),
        ]
        for kind, options in added if gate_last else reversed(added):
            app.add_middleware(kind, **options)
        caplog.clear()
        client = TestClient(app)
        assert counts(client, "/count") == ["1", "2", "3"]
        errors = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert len(errors) == (not gate_last)
        assert all("inside the session middleware" in record.getMessage() for record in errors)


def test_what_is_no_flask_application_is_refused_with_what_to_write() -> None:
    app: Any = Starlette()
    with pytest.raises(TypeError, match=r"not <starlette.*consentgate.wsgi.ConsentMiddleware\(app, gate\)"):
        ConsentGate(app)
