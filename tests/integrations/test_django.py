"""consentgate.django, in Django's middleware list, under WSGI and ASGI."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asgiref.sync import SyncToAsync, iscoroutinefunction
from django.apps import apps
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.asgi import get_asgi_application
from django.core.management import call_command
from django.test import AsyncClient, Client, override_settings
from django.urls import include, path, set_script_prefix
from django.utils import translation

from consentgate import Policy
from consentgate.django import ConsentMiddleware, gate_from_settings
from consentgate.outbound import current_consent
from consentgate.policy import Cookie
from consentgate.policy.model import Banner

from .django_project import GATE, threads
from .shop import DECISION, POLICY, STATS

FORM = "application/x-www-form-urlencoded"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
LOADED_OR_LED_TO = re.compile(r'<(?:script|link|form|input|a)\b[^>]*?(?:src|href|action|name)="[^"]*"')


class Visitor(Client):
    """A client that can decide."""

    def accepts(self) -> None:
        answer = self.post("/_privacy/choices", "decision=accept", content_type=FORM, headers=DECISION)
        assert answer.status_code == 303


def body_of(response: Any) -> str:
    return b"".join(response).decode()


@pytest.mark.parametrize("path", ["/", "/ashop", "/stream"])
def test_what_is_held_back_and_what_opens(path: str) -> None:
    client = Visitor()
    closed = client.get(path)
    assert STATS not in body_of(closed)
    assert not closed.cookies
    client.accepts()
    opened = client.get(path)
    assert STATS in body_of(opened)
    assert [*opened.cookies] == ["_own"]


@pytest.mark.parametrize("path", ["/current", "/acurrent"])
def test_the_code_that_answers_knows_for_whom(path: str) -> None:
    client = Visitor()
    assert body_of(client.get(path)) == "<Consent to nothing>"
    client.accepts()
    assert "performance" in body_of(client.get(path))
    assert current_consent() is None


@pytest.mark.parametrize("path", ["/current", "/acurrent"])
def test_the_code_that_answers_in_a_loop_knows_for_whom(path: str) -> None:
    async def ask() -> str:
        return body_of(await AsyncClient().get(path))

    assert asyncio.run(ask()) == "<Consent to nothing>"


def test_what_report_only_finds_can_be_read() -> None:
    policy = replace(POLICY, site=msgspec.structs.replace(POLICY.site, report_only=True))
    with override_settings(CONSENTGATE={"POLICY": policy, "INSECURE": True}):
        assert STATS in body_of(Client().get("/"))
    gate = apps.get_app_config("consentgate").gate
    assert {finding.kind for finding in gate.findings} == {"cookie", "host"}


def test_what_report_only_finds_goes_into_the_file_that_the_settings_name(tmp_path: Path) -> None:
    policy = replace(POLICY, site=msgspec.structs.replace(POLICY.site, report_only=True))
    file = tmp_path / "findings.jsonl"
    with override_settings(CONSENTGATE={"POLICY": policy, "INSECURE": True, "FINDINGS": file}):
        for _ in range(2):
            Client().get("/")
    assert STATS in file.read_text("ascii")


def test_views_and_templates_ask_the_request() -> None:
    client = Visitor()
    assert client.get("/counted").content == b"False"
    client.accepts()
    assert client.get("/counted").content == b"True"


def without_the_gate() -> list[str]:
    return [path for path in settings.MIDDLEWARE if path != GATE]


def test_the_admin_works_through_the_gate() -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    get_user_model().objects.create_superuser("editor", "e@shop.example", "a password")
    client = Visitor(enforce_csrf_checks=True)

    def send(path: str, **form: str) -> Any:
        token = TOKEN.search(client.get(path).content.decode())
        assert token is not None
        return client.post(path, {**form, "csrfmiddlewaretoken": token[1]}, follow=True)

    index = send("/admin/login/?next=/admin/", username="editor", password="a password")
    assert index.redirect_chain == [("/admin/", 302)]
    assert "Site administration" in index.content.decode()
    assert "was added successfully" in send("/admin/auth/group/add/", name="Readers").content.decode()

    bare = Client()
    bare.cookies = client.cookies
    with override_settings(MIDDLEWARE=without_the_gate()):
        before = set(LOADED_OR_LED_TO.findall(bare.get("/admin/").content.decode()))
    assert len(before) > 10
    assert before <= set(LOADED_OR_LED_TO.findall(client.get("/admin/").content.decode()))


def ours(response: Any) -> bool:
    """Whether a page has anything of ours to see."""
    return b"data-consentgate>" in response.content


def test_nobody_is_asked_in_the_admin_and_what_needs_consent_stays_blocked_there() -> None:
    assert ours(Client().get("/"))
    admin = Client().get("/admin/login/")
    assert b"Django administration" in admin.content
    assert not ours(admin)
    assert "Content-Security-Policy" in admin.headers


def test_a_policy_says_itself_where_nobody_is_asked() -> None:
    for not_on, there in (((), True), (("/news/*",), True), (("/*",), False)):
        policy = replace(POLICY, banner=Banner(not_on=not_on))
        with override_settings(CONSENTGATE={"POLICY": policy, "INSECURE": True}):
            assert ours(Client().get("/admin/login/")) is there


@pytest.mark.parametrize(
    ("routes", "paths"),
    [
        ([path("", include([path("back office/", admin.site.urls)]))], ("/back%20office/*",)),
        (
            [path("one/", admin.site.urls), path("two/", admin.AdminSite(name="second").urls)],
            ("/one/*", "/two/*"),
        ),
        (i18n_patterns(path("admin/", admin.site.urls)), ("/en-us/admin/*", "/de/admin/*", "/fr/admin/*")),
        ([path("<slug:shop>/admin/", admin.site.urls)], ()),
        # Every page of the site is below it.
        ([path("", admin.site.urls)], ()),
        ([], ()),
    ],
    ids=["included", "two", "languages", "parameters", "root", "none"],
)
def test_the_admin_is_wherever_the_url_configuration_has_it(routes: list[Any], paths: Sequence[str]) -> None:
    # Django keeps what it has resolved by the configuration, which has to be hashable for that.
    elsewhere = type("Elsewhere", (), {"urlpatterns": routes})
    languages = [("de", "German"), ("fr", "French")]
    with override_settings(ROOT_URLCONF=elsewhere, USE_I18N=True, LANGUAGES=languages):
        found = gate_from_settings().policy.banner.not_on
    assert found is None if not paths else sorted(found) == sorted(paths)


def test_the_admin_is_found_in_each_language_whichever_is_the_current_one() -> None:
    routes = i18n_patterns(path("admin/", admin.site.urls))
    elsewhere = type("Elsewhere", (), {"urlpatterns": routes})
    languages = [("de", "German"), ("en", "English"), ("fr", "French")]
    settings = {"ROOT_URLCONF": elsewhere, "USE_I18N": True, "LANGUAGE_CODE": "en", "LANGUAGES": languages}
    with override_settings(**settings), translation.override("en"):
        found = gate_from_settings().policy.banner.not_on
    assert found is not None
    assert sorted(found) == ["/de/admin/*", "/en/admin/*", "/fr/admin/*"]


def test_an_admin_that_has_a_language_to_itself_is_left_out() -> None:
    elsewhere = type("Elsewhere", (), {"urlpatterns": i18n_patterns(path("", admin.site.urls))})
    with override_settings(ROOT_URLCONF=elsewhere, USE_I18N=True, LANGUAGES=[("en", "English")]):
        assert gate_from_settings().policy.banner.not_on is None


def test_the_admin_is_found_below_a_prefix_of_the_server() -> None:
    set_script_prefix("/shop/")
    try:
        assert gate_from_settings().policy.banner.not_on == ("/admin/*",)
    finally:
        set_script_prefix("/")


def test_urls_that_cannot_be_read_are_for_django_to_report(caplog: pytest.LogCaptureFixture) -> None:
    with override_settings(ROOT_URLCONF="no.such.module"):
        assert gate_from_settings().policy.banner.not_on is None
    assert "the URL configuration cannot be read yet" in caplog.text


def test_a_test_client_can_log_in_after_a_page_whatever_became_of_the_session_cookie() -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    user = get_user_model().objects.create_user("reader", password="a password")
    session = Cookie(name="sessionid", category="necessary", reason="authentication", lifetime="1 day")
    for cookies in ((), (session,)):  # with the second the cookie is cut
        policy = replace(POLICY, cookies=(*POLICY.cookies, *cookies))
        with override_settings(CONSENTGATE={"POLICY": policy, "INSECURE": True}):
            client = Client()
            client.force_login(user)
            first = client.cookies["sessionid"].value
            assert client.get("/keep").cookies["sessionid"].value == first
            client.login(username="reader", password="a password")
            assert client.get("/who").content == b"reader"


def test_a_cookie_that_passes_keeps_its_attributes() -> None:
    client = Visitor()
    client.accepts()
    assert client.get("/").cookies["_own"]["path"] == "/"


def test_middleware_that_is_listed_twice_enforces_once() -> None:
    with override_settings(MIDDLEWARE=[GATE, *without_the_gate(), GATE]):
        page = Client().get("/")
    assert page.content.count(b"<template") == 1
    assert page.content.count(b'value="accept"') == 1


def test_keys_rotate_as_in_django() -> None:
    old, middle, new = "the oldest of the keys", "the middle of the keys", "the newest of the keys"
    visitor = Visitor()
    with override_settings(SECRET_KEY=old):
        visitor.accepts()
    for current, fallbacks, counted in (
        (new, [middle, old], b"True"),
        (new, [middle], b"False"),
        (old, [middle, new], b"True"),
    ):
        again = Visitor()
        again.cookies = visitor.cookies
        with override_settings(SECRET_KEY=current, SECRET_KEY_FALLBACKS=fallbacks):
            assert again.get("/counted").content == counted


def test_the_newest_key_signs() -> None:
    visitor, again = Visitor(), Visitor()
    fallbacks = ["the middle of the keys", "the oldest of the keys"]
    with override_settings(SECRET_KEY="the newest of the keys", SECRET_KEY_FALLBACKS=fallbacks):
        visitor.accepts()
    again.cookies = visitor.cookies
    with override_settings(SECRET_KEY="the newest of the keys"):
        assert again.get("/counted").content == b"True"


# -- asynchronous ----------------------------------------------------------------------------------------


def test_the_middleware_is_synchronous_and_asynchronous_and_says_so() -> None:
    async def get_response(request: object) -> None: ...

    assert ConsentMiddleware.sync_capable
    assert ConsentMiddleware.async_capable
    assert iscoroutinefunction(ConsentMiddleware(get_response))
    assert not iscoroutinefunction(ConsentMiddleware(lambda request: None))


@pytest.fixture
def hops(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was taken to another thread."""
    taken: list[object] = []
    call = SyncToAsync.__call__

    async def spied(self: Any, *args: Any, **kwargs: Any) -> Any:
        taken.append(self.func)
        return await call(self, *args, **kwargs)

    monkeypatch.setattr(SyncToAsync, "__call__", spied)
    return taken


async def ask(path: str, *headers: tuple[bytes, bytes]) -> tuple[int, bytes]:
    """The status and body of what a server gets for a request."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "2",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver"), *headers],
        "server": ("shop.example", 80),
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if sent and not sent[-1].get("more_body", True):
            return {"type": "http.disconnect"}
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.sleep(3600)
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asked: list[bool] = []
    await get_asgi_application()(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize("path", ["/ashop", "/astream", "/adata", "/_privacy/choices"])
def test_asynchronous_views_never_leave_their_thread(path: str, hops: list[object]) -> None:
    threads.clear()
    with override_settings(MIDDLEWARE=[GATE]):
        status, body = asyncio.run(ask(path))
    assert status == 200
    assert b"/s.js" not in body
    assert threads <= {threading.get_ident()}
    assert [taken for taken in hops if "consentgate" in getattr(taken, "__module__", "")] == []


def test_a_cookie_that_a_stream_changes_goes_as_it_was_judged() -> None:
    client = Visitor()
    client.accepts()
    assert client.get("/second-thoughts").cookies["_own"].value == "1"


def test_several_cookie_headers_of_http_2_are_joined() -> None:
    visitor = Visitor()
    visitor.accepts()
    own = f"consent={visitor.cookies['consent'].value}".encode()
    with override_settings(MIDDLEWARE=[GATE], ALLOWED_HOSTS=["*"]):
        _, body = asyncio.run(
            ask("/cookies", (b"cookie", b"_own=1"), (b"cookie", b"odd=2"), (b"cookie", own))
        )
    assert body == b"_own consent"


def test_an_asynchronous_stream_is_the_same_page() -> None:
    async def pages() -> tuple[str, str]:
        client = AsyncClient()
        streamed = await client.get("/astream")
        whole = await client.get("/ashop")
        return b"".join([part async for part in streamed]).decode(), whole.content.decode()

    streamed, whole = asyncio.run(pages())
    assert STATS not in streamed
    assert streamed.replace("/astream", "/ashop") == whole


# -- cookies that Django sets itself ---------------------------------------------------------------------


SITE = '[site]\nname = "S"\ncontroller = "S Ltd"\ncontact = "c"\n'


class AdminSessions(SessionMiddleware):
    """Sessions of a site's own beside Django's."""

    cookie_name = "admin_session"


@pytest.mark.parametrize("engine", ["db", "signed_cookies", "cache", "cached_db"])
@pytest.mark.parametrize(
    ("expiry", "days"), [("30", 30), ("date", 60), ("delta", 45), ("none", 90)], ids=lambda value: str(value)
)
def test_a_session_lives_as_long_as_a_view_asks(
    engine: str, expiry: str, days: int, caplog: pytest.LogCaptureFixture
) -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    age = {"SESSION_COOKIE_AGE": 90 * 86_400} if expiry == "none" else {}
    with override_settings(SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}", **age):
        cookie = Client().get(f"/keep?expiry={expiry}").cookies["sessionid"]
    assert abs(int(cookie["max-age"]) - days * 86_400) <= 1
    said = [record.getMessage() for record in caplog.records if "sessionid" in record.getMessage()]
    assert len(said) == (expiry != "none")
    assert all(f'lifetime = "{days} days"' in message and "14 days" in message for message in said)


def test_a_session_that_outlives_the_policy_is_cut_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    session = Cookie(name="sessionid", category="necessary", reason="authentication", lifetime="1 day")
    policy = replace(POLICY, cookies=(*POLICY.cookies, session))
    with override_settings(CONSENTGATE={"POLICY": policy, "INSECURE": True}):
        client = Client()
        assert "Max-Age=86400" in client.get("/keep").cookies["sessionid"].OutputString()
        client.get("/keep?again")
    [said] = [record.getMessage() for record in caplog.records if "sessionid" in record.getMessage()]
    assert "asks for 14 days, and the policy allows 1 day" in said
    assert said.endswith('lifetime = "14 days"')


def test_a_session_longer_than_thirteen_months_is_cut_and_the_log_has_the_lines_that_allow_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    call_command("migrate", verbosity=0, run_syncdb=True)
    assert Client().get("/keep?expiry=long").cookies["sessionid"]["max-age"] == ""
    [said] = [record.getMessage() for record in caplog.records if "sessionid" in record.getMessage()]
    assert "asks for 730 days, and the policy allows 395 days" in said
    more = Policy.parse(SITE + said.partition("\n")[2])
    with override_settings(CONSENTGATE={"POLICY": more, "INSECURE": True}):
        cookie = Client().get("/keep?expiry=long").cookies["sessionid"]
    assert abs(int(cookie["max-age"]) - 730 * 86_400) <= 1


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"SESSION_COOKIE_NAME": "ours"}, "ours"),
        ({"CSRF_COOKIE_NAME": "anti"}, "anti"),
        ({"LANGUAGE_COOKIE_NAME": "tongue"}, "tongue"),
        ({"MESSAGE_STORAGE": f"{__name__}.OurMessages"}, "said"),
        ({"MESSAGE_STORAGE": f"{__name__}.EitherMessages"}, "said"),
        ({"ADMIN_SESSION_COOKIE_NAME": "second"}, "second"),
        ({"MIDDLEWARE": [GATE, f"{__name__}.AdminSessions"]}, "admin_session"),
    ],
)
def test_what_django_sets_is_exempt_under_the_name_that_it_has(changed: dict[str, Any], name: str) -> None:
    with override_settings(**changed):
        policy = gate_from_settings().policy
    assert name in policy.set_by_framework


class OurMessages(CookieStorage):
    cookie_name = "said"


class EitherMessages(FallbackStorage):
    storage_classes = (OurMessages, SessionStorage)
