"""The system checks name each mistake in Django's settings."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client, override_settings

from consentgate.django import ConsentMiddleware, gate_from_settings
from consentgate.policy import Cookie, Theme

from .django_project import GATE
from .shop import BAD_POLICY, POLICY, policy_file

COMMON = "django.middleware.common.CommonMiddleware"
SESSIONS = "django.contrib.sessions.middleware.SessionMiddleware"
LOGIN_AS_PERFORMANCE = replace(POLICY, cookies=(Cookie(name="csrftoken", category="performance"),))
LOGIN = Cookie(name="sessionid", category="necessary", reason="authentication", lifetime="1 day")
LOGIN_FOR_A_DAY = replace(POLICY, cookies=(LOGIN,))
LOGIN_FOR_A_YEAR = replace(POLICY, cookies=(msgspec.structs.replace(LOGIN, lifetime="1 year"),))
SUBCLASS = f"{__name__}.OurGate"


class OurGate(ConsentMiddleware):
    """A site's own."""


def found(deploy: bool = False, **changed: Any) -> dict[str, str]:
    """What the checks say with other settings, by id."""
    with override_settings(**changed):
        messages = run_checks(include_deployment_checks=deploy)
    ours = [message for message in messages if str(message.id).startswith("consentgate.")]
    return {str(message.id).partition(".")[2]: f"{message.msg} {message.hint}" for message in ours}


def test_a_sound_project_has_nothing_to_say() -> None:
    assert found() == {}


@pytest.mark.parametrize(
    ("given", "id", "said"),
    [
        ("consentgate.toml", "E001", "expected a dictionary"),
        ({"POLICI": "a"}, "E002", 'did you mean CONSENTGATE["POLICY"]? The keys are'),
        ({"POLICY": POLICY, "INSECURE": "false"}, "E003", 'CONSENTGATE["INSECURE"]: expected True or False'),
        ({"POLICY": POLICY, "TRUSTED_PROXIES": "1"}, "E003", 'not the text "1"'),
        ({"POLICY": POLICY, "SECRET_KEY": 5}, "E003", 'CONSENTGATE["SECRET_KEY"]: expected a text'),
        ({"POLICY": POLICY, "FINDINGS": 5}, "E003", 'CONSENTGATE["FINDINGS"]: expected the path of a file'),
        ({"POLICY": 5}, "E003", "expected the path of a policy file"),
        ({"POLICY": "nowhere.toml"}, "E004", "No such file"),
        ({"POLICY": POLICY, "SECRET_KEY": "dev"}, "W001", "short"),
        ({}, "W002", "No policy file"),
        ({"POLICY": LOGIN_AS_PERFORMANCE}, "W004", 'own cookie "csrftoken" under "performance"'),
        ({"POLICY": LOGIN_FOR_A_DAY}, "W005", 'live for "14 days", and the gate cuts that to "1 day"'),
        ({"POLICY": LOGIN_FOR_A_YEAR}, "W005", 'live for "14 days", and visitors read "1 year"'),
    ],
)
def test_a_mistake_in_the_settings_has_an_id_and_a_remedy(given: object, id: str, said: str) -> None:
    (one,) = found(CONSENTGATE=given).items()
    assert one[0] == id
    assert said in one[1]
    if id.startswith("E"):
        with override_settings(CONSENTGATE=given), pytest.raises(ImproperlyConfigured):
            gate_from_settings()


def test_every_mistake_in_the_policy_is_shown(tmp_path: Path) -> None:
    messages = found(CONSENTGATE={"POLICY": policy_file(tmp_path, BAD_POLICY)})
    assert messages.keys() == {"E004"}
    assert "controlle" in messages["E004"]
    assert "contact" in messages["E004"]


def test_templates_that_leave_something_out_are_a_mistake_in_the_policy(tmp_path: Path) -> None:
    (tmp_path / "banner.html").write_text("{{ words.title }}")
    policy = replace(POLICY, theme=Theme(templates=str(tmp_path)))
    assert 'missing: expected a button decision="refuse"' in found(CONSENTGATE={"POLICY": policy})["E004"]


def test_a_missing_secret_key_is_an_error() -> None:
    messages = found(SECRET_KEY="")
    assert 'CONSENTGATE["SECRET_KEY"]: missing' in messages["E005"]


@pytest.mark.parametrize(
    ("middleware", "ids"),
    [
        ([], {"E006"}),
        ([SESSIONS], {"E006"}),
        ([SESSIONS, GATE], {"E007"}),
        ([COMMON, SESSIONS, GATE], {"E007"}),
        ([GATE, SESSIONS, GATE], {"E008"}),
        ([SESSIONS, GATE, GATE], {"E007", "E008"}),
        ([GATE, "nowhere.Middleware"], set()),
        (["consentgate.django.middleware.ConsentMiddleware", SESSIONS], set()),
        ([SUBCLASS, SESSIONS], set()),
        ([SESSIONS, SUBCLASS], {"E007"}),
    ],
)
def test_the_gates_place_is_checked(middleware: list[str], ids: set[str]) -> None:
    messages = found(MIDDLEWARE=middleware)
    assert messages.keys() == ids
    assert "E007" not in ids or SESSIONS in messages["E007"]


def test_servers_hear_of_a_wrong_place_from_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "consentgate"), override_settings(MIDDLEWARE=[SESSIONS, GATE]):
        Client().get("/")
    assert "consentgate.E007" in caplog.text


def test_servers_hear_that_the_checks_do_not_run(caplog: pytest.LogCaptureFixture) -> None:
    apps = [app for app in settings.INSTALLED_APPS if app != "consentgate.django"]
    with caplog.at_level(logging.WARNING, "consentgate"):
        Client().get("/")
        assert "INSTALLED_APPS" not in caplog.text
        with override_settings(INSTALLED_APPS=apps):
            client = Client()
            client.get("/")
            client.get("/")
    assert caplog.text.count('"consentgate.django" is not in INSTALLED_APPS') == 1


def test_what_is_for_development_is_warned_of_on_deployment() -> None:
    assert "W003" in found(deploy=True)
    assert "W003" not in found(deploy=True, CONSENTGATE={"POLICY": POLICY})


def test_services_of_applications_are_added(monkeypatch: pytest.MonkeyPatch) -> None:
    application = apps.get_app_config("staticfiles")
    monkeypatch.setattr(application, "consent_services", [{"use": "vimeo"}], raising=False)
    assert "vimeo" in {service.id for service in gate_from_settings().policy.services}


def test_a_mistake_in_one_is_found_by_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    application = apps.get_app_config("staticfiles")
    monkeypatch.setattr(application, "consent_services", [{"use": "vimoe"}], raising=False)
    (message,) = [found for found in run_checks() if found.id == "consentgate.E004"]
    assert "consent_services of django.contrib.staticfiles" in message.msg
    assert '"vimeo"' in message.msg


def test_in_debug_mode_too_a_cookie_that_visitors_could_refuse_is_found(tmp_path: Path) -> None:
    text = '[site]\nname = "E"\ncontroller = "E"\ncontact = "e@example.org"\n'
    file = policy_file(tmp_path, text + '[[cookie]]\nname = "csrftoken"\ncategory = "performance"\n')
    with override_settings(DEBUG=True, CONSENTGATE={"POLICY": file}):
        assert "consentgate.W004" in {found.id for found in run_checks()}
