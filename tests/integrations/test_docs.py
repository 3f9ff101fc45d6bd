"""The code that the pages of the documentation show runs, and does what they say."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.template import engines
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from documentation.pages import ROOT, blocks
from starlette.applications import Starlette
from starlette.testclient import TestClient

from consentgate import Consent, Gate, Policy, UnknownId
from consentgate.configuration import KEYS
from consentgate.django import checks, gate_from_settings
from consentgate.flask import ConsentGate
from consentgate.starlette import ConsentMiddleware
from consentgate.testing import consent_cookie, consent_for

from .django_project import GATE
from .shop import DECISION, POLICY, SECRET_KEY, policy_file
from .test_flask import make_app

FILE = """
[site]
name = "Shop"
controller = "Shop Ltd"
contact = "privacy@shop.example"

[[cookie]]
name = "_own"
category = "performance"
"""


def shown(page: str, language: str = "python") -> list[str]:
    return blocks(page if page == "README.md" else f"docs/{page}", language)


def run(code: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(code, "shown", "exec", dont_inherit=True), names)
    return names


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy file, where the shown code lives."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", SECRET_KEY)
    return policy_file(tmp_path, FILE)


def names(site: Path) -> dict[str, Any]:
    return {"__name__": "shown", "__file__": str(site.with_name("shown.py"))}


def accept(client: TestClient) -> None:
    form = {"decision": "accept"}
    assert (
        client.post("/_privacy/choices", data=form, headers=DECISION, follow_redirects=False).status_code
        == 303
    )


def test_the_flask_pages_code_works(site: Path) -> None:
    factory, environment = shown("flask.md")
    made = run(factory.replace("Flask(__name__)", "Flask(__name__, root_path='.')"), names(site))
    app = made["create_app"]()
    client = app.test_client()
    assert "not counted" in client.get("/").text
    answer = client.post(
        "/_privacy/choices", data={"decision": "accept"}, headers=DECISION, base_url="https://localhost"
    )
    assert answer.status_code == 303
    assert client.get("/", base_url="https://localhost").text.endswith("counted")
    assert client.get("/recommended", base_url="https://localhost").text == "what you looked at"
    assert isinstance(app.extensions["consentgate"].gate, Gate)
    run(environment, {"app": app})
    assert app.config["CONSENTGATE_INSECURE"] is False


def test_the_django_pages_code_works(site: Path) -> None:
    configured, view, tests, logging, wrapped, found = shown("django.md")
    values = run(configured, names(site))
    changed = {key: value for key, value in values.items() if key == "CONSENTGATE"}
    middleware = [name for name in values["MIDDLEWARE"] if name is not ...]
    assert set(values["INSTALLED_APPS"]) - {...} <= {*settings.INSTALLED_APPS}
    assert "consentgate" in run(logging, {})["LOGGING"]["loggers"]
    front = run(view, names(site))["front"]
    urls = type("urls", (), {"urlpatterns": [path("", front)]})
    with override_settings(**changed, MIDDLEWARE=middleware, ROOT_URLCONF=urls):
        assert [check for check in run_checks() if str(check.id).startswith("consentgate")] == []
        client = Client()
        assert client.get("/").content == b"not counted"
        form = "application/x-www-form-urlencoded"
        client.post("/_privacy/choices", "decision=accept", content_type=form, headers=DECISION, secure=True)
        assert client.get("/", secure=True).content == b"counted"
        made = run(tests, names(site))
        assert made["client"].get("/", secure=True).content == b"counted"
        assert front(made["request"]).content == b"counted"
        gate = run(wrapped, names(site))["application"].gate
        assert gate.policy.site.name == "Shop"
        run(found, {})
        assert apps.get_app_config("consentgate").gate is gate


def test_the_django_pages_template_works() -> None:
    (template,) = shown("django.md", "django")
    request = RequestFactory().get("/")
    request.consent = Consent.of_ids(POLICY, ["performance"])
    assert engines["django"].from_string(template).render({}, request).split() == ["counted", "counted"]


def test_the_starlette_pages_code_works(site: Path) -> None:
    plain, *_ = shown("starlette.md")
    client = TestClient(run(plain, names(site))["app"], base_url="https://shop.example")
    assert client.get("/").text == "not counted"
    accept(client)
    assert client.get("/").text == "counted"


def test_the_starlette_pages_code_for_fastapi_works(site: Path) -> None:
    pytest.importorskip("fastapi")
    client = TestClient(
        run("\n".join(shown("starlette.md")), names(site))["app"], base_url="https://shop.example"
    )
    refused = client.get("/recommended")
    assert (refused.status_code, refused.json()["detail"]) == (403, "This needs your consent to: performance")
    accept(client)
    assert client.get("/recommended").json() == "what you looked at"


def test_the_lines_for_fastapis_own_pages_let_them_load(site: Path) -> None:
    fastapi = pytest.importorskip("fastapi")
    (lines,) = shown("starlette.md", "toml")
    inner = fastapi.FastAPI()
    bare = TestClient(inner).get("/docs").text
    foreign = re.findall(r'"(https://[^"]+)"', bare)
    assert foreign
    for policy, kept in ((FILE, []), (f"{FILE}\n{lines}", foreign)):
        gate = Gate(Policy.parse(policy), secret_key=SECRET_KEY)
        client = TestClient(ConsentMiddleware(inner, gate), base_url="https://shop.example")
        assert re.findall(r'"(https://[^"]+)"', client.get("/docs").text) == kept


def test_the_readmes_code_works(site: Path) -> None:
    flask, django, starlette = shown("README.md")
    made = run(flask.replace("Flask(__name__)", "Flask(__name__, root_path='.')"), names(site))
    assert isinstance(made["app"].extensions["consentgate"].gate, Gate)
    values = run(django, {**names(site), "BASE_DIR": site.parent})
    assert values["MIDDLEWARE"][0] == "consentgate.django.ConsentMiddleware"
    with override_settings(CONSENTGATE=values["CONSENTGATE"], MIDDLEWARE=values["MIDDLEWARE"][:1]):
        assert [check for check in run_checks() if str(check.id).startswith("consentgate")] == []
    assert isinstance(run(starlette, names(site))["app"], ConsentMiddleware)


def test_the_code_for_any_other_framework_works(site: Path) -> None:
    (code,) = shown("wsgi-asgi.md")
    assert isinstance(run(code, names(site))["gate"], Gate)
    (cookie,) = shown("wsgi-asgi.md", "toml")
    assert Policy.parse(f"{FILE}\n{cookie}").claims.cookie_is_declared("session")


@pytest.mark.parametrize(("page", "spelling"), [("flask.md", "CONSENTGATE_{}"), ("django.md", "{}")])
def test_every_setting_is_described(page: str, spelling: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    for key in KEYS:
        assert f"| `{spelling.format(key)}` |" in text


def test_every_check_is_described() -> None:
    folder = Path(checks.__file__).parent
    raised = {
        id for file in folder.glob("*.py") for id in re.findall(r'"(consentgate\.[EW]\d+)"', file.read_text())
    }
    described = set(
        re.findall(r"\| `(consentgate\.[EW]\d+)` \|", (ROOT / "docs/django.md").read_text("utf-8"))
    )
    assert len(raised) == 13
    assert described == raised


def test_django_caches_a_page_that_asks_as_the_page_on_caches_shows(site: Path) -> None:
    view, _ = shown("caches.md")
    urls = type("urls", (), {"urlpatterns": [path("", run(view, names(site))["recommended"])]})
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=[GATE]):
        yes = Client()
        name, value = consent_cookie(gate_from_settings(), ["performance"], "testserver")
        yes.cookies[name] = value
        for _ in range(2):
            assert yes.get("/").content == b"for you"
            assert Client().get("/").content == b"for everyone"


def test_flask_caching_caches_a_page_that_asks_as_the_page_on_caches_shows(site: Path) -> None:
    pytest.importorskip("flask_caching")
    app = make_app()
    ConsentGate(app)
    run(shown("caches.md")[1], {**names(site), "app": app})
    yes = app.test_client()
    yes.set_cookie(*consent_cookie(app.extensions["consentgate"].gate, ["performance"]))
    for _ in range(2):
        assert yes.get("/for-whom").text == "for you"
        assert app.test_client().get("/for-whom").text == "for everyone"


def test_a_fragment_is_cached_as_the_page_on_caches_shows() -> None:
    (fragment,) = shown("caches.md", "django")
    template = engines["django"].from_string(fragment)
    for _ in range(2):
        for grants, text in (((), "for everyone"), (("performance",), "for you")):
            request: Any = RequestFactory().get("/")
            request.consent = consent_for(gate_from_settings(), grants)
            assert template.render({}, request).strip() == text


def test_the_code_for_many_domains_works(tmp_path: Path, site: Path) -> None:
    of_folder, of_function, listed = shown("many-domains.md")
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.example.toml").write_text(FILE)
    assert run(of_folder, {})["gate"].policy_for("shop.example").site.name == "Shop"
    policies = run(of_function, {})["policies"]
    assert policies.for_host("shop.example").site.name == "Shop"
    assert policies.for_host("other.example") is None
    consent = Consent(run(listed, {})["policies"].for_host("other.example"))
    assert not consent.allows("stats")
    with pytest.raises(UnknownId):
        consent.allows("stast")


def test_the_example_with_a_database_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sqlalchemy")
    import datetime

    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    name, path = "sqlalchemy_policies", ROOT / "docs" / "examples" / "sqlalchemy_policies.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    # SQLAlchemy looks up the names in annotations there.
    monkeypatch.setitem(sys.modules, name, made)
    spec.loader.exec_module(made)
    url = f"sqlite:///{tmp_path / 'policies.db'}"
    policies = made.policies(url)
    engine = create_engine(url)
    gate = Gate(policies, secret_key=SECRET_KEY)
    assert policies.for_host("shop.example") is None
    with Session(engine) as session:
        for host in ("shop.example", "*.city.example", "a.city.example"):
            text = FILE.replace("Shop Ltd", f"{host} Ltd")
            session.add(made.SitePolicy(host=host, toml=text, changed=datetime.datetime(2026, 1, 1)))
        session.commit()
    for host, found in (("shop.example", "shop.example"), ("b.city.example", "*.city.example")):
        assert gate.policy_for(host).site.controller == f"{found} Ltd"
    assert gate.policy_for("a.city.example").site.controller == "a.city.example Ltd"
    assert policies.for_host("city.example") is None
    engine.dispose()


def test_the_page_on_the_ledger_records_a_decision() -> None:
    names: dict[str, Any] = {}
    first, _, retention = shown("ledger.md")

    run(first, names)
    client = TestClient(ConsentMiddleware(Starlette(), names["gate"]), follow_redirects=False)
    assert client.post("/_privacy/choices", data={"decision": "accept"}, headers=DECISION).status_code == 303
    names["ledger"].close()
    run(retention, names)

    assert Path("consent.db").exists()
