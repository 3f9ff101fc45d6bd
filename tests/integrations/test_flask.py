"""consentgate.flask, in Flask's own manner."""

from __future__ import annotations

import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask, Response, render_template_string, session

from consentgate import Gate, Policy
from consentgate.flask import ConsentGate, Misconfigured, consent

from .shop import BAD_POLICY, DECISION, PAGE, POLICY, SECRET_KEY, STATS, policy_file


def make_app(**config: Any) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY=POLICY, CONSENTGATE_INSECURE=True)
    app.config.update(config)

    @app.get("/")
    def shop() -> Response:
        response = Response(PAGE)
        response.set_cookie("_own", "1")
        session["seen"] = True
        return response

    @app.get("/counted")
    def counted() -> str:
        return str(consent.allows("performance"))

    @app.get("/template")
    def template() -> str:
        macro = "{% macro shown() %}{{ consent.allows('stats') }}{% endmacro %}{{ shown() }}"
        return render_template_string(macro)

    return app


def accept(client: Any) -> None:
    answer = client.post("/_privacy/choices", data={"decision": "accept"}, headers=DECISION)
    assert answer.status_code == 303


def misconfigured(**config: Any) -> str:
    app = make_app(**config)
    wsgi_app = app.wsgi_app
    with pytest.raises(Misconfigured) as caught:
        ConsentGate(app)
    assert app.wsgi_app == wsgi_app
    assert "consentgate" not in app.extensions
    return str(caught.value)


def test_a_factory_makes_any_number_of_applications_each_with_its_own_policy() -> None:
    extension = ConsentGate()

    def create_app(policy: Policy) -> Flask:
        app = make_app(CONSENTGATE_POLICY=policy)
        extension.init_app(app)
        return app

    other = Policy.parse('[site]\nname = "b"\ncontroller = "B Ltd"\ncontact = "c"\nprefix = "/-b/"')
    first, second = create_app(POLICY), create_app(other)
    assert not hasattr(extension, "app")
    assert vars(extension) == {}
    client = first.test_client()
    accept(client)
    assert STATS in client.get("/").text
    assert STATS not in second.test_client().get("/").text
    assert "B Ltd" in second.test_client().get("/-b/choices").text
    assert second.test_client().get("/_privacy/choices").status_code == 404


def test_what_is_held_back_and_what_opens() -> None:
    app = make_app()
    ConsentGate(app)
    client = app.test_client()
    closed = client.get("/")
    assert STATS not in closed.text
    assert [line.partition("=")[0] for line in closed.headers.getlist("Set-Cookie")] == ["session"]
    assert (client.get("/counted").text, client.get("/template").text) == ("False", "False")
    accept(client)
    assert STATS in client.get("/").text
    assert client.get_cookie("_own") is not None
    assert (client.get("/counted").text, client.get("/template").text) == ("True", "True")


def test_a_request_that_did_not_come_through_the_gate_has_consented_to_nothing() -> None:
    app = make_app()
    with app.test_request_context(), pytest.raises(LookupError, match=r"ConsentGate\(app\)"):
        consent.allows("performance")
    ConsentGate(app)
    with app.test_request_context():
        assert not consent.allows("performance")


def test_an_application_goes_behind_the_gate_once() -> None:
    app = make_app()
    ConsentGate(app)
    with pytest.raises(RuntimeError, match="twice"):
        ConsentGate(app)


def test_keys_rotate_as_in_flask() -> None:
    old = make_app(SECRET_KEY="the oldest of the keys")
    ConsentGate(old)
    client = old.test_client()
    accept(client)
    cookie = client.get_cookie("consent")
    assert cookie is not None
    for config, counted in (
        (
            {"SECRET_KEY": "the newest of the keys", "SECRET_KEY_FALLBACKS": ["the oldest of the keys"]},
            "True",
        ),
        ({"SECRET_KEY": "the newest of the keys"}, "False"),
        ({"CONSENTGATE_SECRET_KEY": ["the oldest of the keys", "a key of its own"]}, "True"),
        ({"CONSENTGATE_SECRET_KEY": b"a key of its own"}, "False"),
    ):
        app = make_app(**config)
        ConsentGate(app)
        visitor = app.test_client()
        visitor.set_cookie("consent", cookie.value)
        assert visitor.get("/counted").text == counted


def test_the_newest_key_signs() -> None:
    app = make_app(SECRET_KEY="the newest of the keys", SECRET_KEY_FALLBACKS=["the oldest of the keys"])
    ConsentGate(app)
    client = app.test_client()
    accept(client)
    cookie = client.get_cookie("consent")
    assert cookie is not None
    only_new = Gate(POLICY, secret_key="the newest of the keys", insecure=True)
    assert only_new.cookie.read([cookie.value], "localhost") is not None


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (
            {"CONSENTGATE_INSECURE": "false"},
            ("CONSENTGATE_INSECURE: expected True or False", '"false"', "=="),
        ),
        ({"CONSENTGATE_INSECURE": 1}, ("CONSENTGATE_INSECURE: expected True or False, not 1",)),
        ({"CONSENTGATE_TRUSTED_PROXIES": "1"}, ("CONSENTGATE_TRUSTED_PROXIES: expected", '"1"', "int(")),
        ({"CONSENTGATE_TRUSTED_PROXIES": True}, ("CONSENTGATE_TRUSTED_PROXIES: expected", "not True")),
        ({"CONSENTGATE_TRUSTED_PROXIES": -1}, ("CONSENTGATE_TRUSTED_PROXIES: expected", "not -1")),
        ({"CONSENTGATE_FINDINGS": 5}, ("CONSENTGATE_FINDINGS: expected the path of a file", "not 5")),
        ({"CONSENTGATE_FINDINGS": "none/f.jsonl"}, ("CONSENTGATE_FINDINGS: expected a file in a folder",)),
        ({"CONSENTGATE_POLICY": 5}, ("CONSENTGATE_POLICY: expected the path",)),
        (
            {"CONSENTGATE_POLICY": "none.toml"},
            ("CONSENTGATE_POLICY: cannot read", "none.toml", "No such file"),
        ),
        (
            {"CONSENTGATE_POLICI": "a"},
            (
                "CONSENTGATE_POLICI: unknown; did you mean CONSENTGATE_POLICY? "
                "The keys are CONSENTGATE_POLICY, CONSENTGATE_SECRET_KEY, ",
            ),
        ),
        ({"SECRET_KEY": None}, ("CONSENTGATE_SECRET_KEY: missing", "SECRET_KEY", "secrets.token_hex")),
        ({"SECRET_KEY_FALLBACKS": [""]}, ("SECRET_KEY: expected", "empty")),
        ({"CONSENTGATE_SECRET_KEY": 5}, ("CONSENTGATE_SECRET_KEY: expected a text",)),
        ({"CONSENTGATE_SECRET_KEY": ["", "a key of its own"]}, ("CONSENTGATE_SECRET_KEY: expected", "empty")),
    ],
)
def test_a_wrong_value_is_an_error_at_the_start_that_names_key_and_remedy(
    config: dict[str, Any], said: tuple[str, ...]
) -> None:
    message = misconfigured(**config)
    for words in said:
        assert words in message


def test_all_mistakes_are_reported_at_once(tmp_path: Path) -> None:
    path = policy_file(tmp_path, BAD_POLICY)
    message = misconfigured(
        CONSENTGATE_POLICY=path, CONSENTGATE_INSECURE="no", CONSENTGATE_X=1, SECRET_KEY=""
    )
    for words in ("controlle", "contact", str(path), "CONSENTGATE_INSECURE", "CONSENTGATE_X", "SECRET_KEY"):
        assert words in message
    assert [line.count(str(path)) for line in message.splitlines()].count(2) == 0


def test_a_misspelt_key_is_named_before_what_it_leaves_out(caplog: pytest.LogCaptureFixture) -> None:
    assert misconfigured(CONSENTGATE_POLICI="a", CONSENTGATE_POLICY=None).startswith("CONSENTGATE_POLICI:")
    assert not caplog.messages


def test_a_policy_is_looked_for_beside_the_code(tmp_path: Path) -> None:
    policy_file(tmp_path, '[site]\nname = "File"\ncontroller = "File Ltd"\ncontact = "c"')
    app = Flask(__name__, root_path=str(tmp_path))
    app.config.update(SECRET_KEY=SECRET_KEY, CONSENTGATE_POLICY="consentgate.toml")
    ConsentGate(app)
    assert "File Ltd" in app.test_client().get("/_privacy/choices").text


def test_no_policy_and_a_short_key_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "consentgate"):
        ConsentGate(make_app(CONSENTGATE_POLICY=None, SECRET_KEY="dev"))
    first, second = caplog.messages
    assert "CONSENTGATE_POLICY" in first
    assert "secret_key: shorter than 16" in second


def test_what_report_only_finds_goes_into_a_file_below_the_application(tmp_path: Path) -> None:
    policy = replace(POLICY, site=msgspec.structs.replace(POLICY.site, report_only=True))
    app = make_app(CONSENTGATE_POLICY=policy, CONSENTGATE_FINDINGS="findings.jsonl")
    app.root_path = str(tmp_path)
    ConsentGate(app)
    app.test_client().get("/")
    assert STATS in (tmp_path / "findings.jsonl").read_text("ascii")


def test_without_flask_it_says_which_extra_is_missing() -> None:
    without = "import sys; sys.modules['flask'] = None; import consentgate.flask"
    done = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True)
    assert done.returncode == 1
    assert "consentgate.flask needs Flask: install consentgate with the extra `flask`" in done.stderr
