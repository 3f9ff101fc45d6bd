"""The quick start: what it shows is what is printed, and its sites work."""

from __future__ import annotations

import re
import shlex
import textwrap
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from documentation.pages import blocks
from starlette.testclient import TestClient

from consentgate import Policy
from consentgate.cli import main

PAGE = "docs/quickstart.md"
INIT = ("init", "--controller", "Shop Ltd", "--contact", "privacy@shop.example", "--yes")
ACCEPTS = {"decision": "accept"}
FILM = "https://www.youtube.com/embed/"


def shown(heading: str, language: str) -> str:
    (code,) = blocks(PAGE, language, heading)
    return code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "shop"
    (site / "templates").mkdir(parents=True)
    (site / "templates/front.html").write_text(blocks(PAGE, "html")[0], "utf-8")
    monkeypatch.chdir(site)
    monkeypatch.setenv("SECRET_KEY", "k" * 32)
    return site


def printed(heading: str) -> str:
    assert f"consentgate {shlex.join(INIT)}\n".replace("'", '"') in blocks(PAGE, "sh", heading)
    result = CliRunner().invoke(main, INIT)
    assert result.exit_code == 0, result.output
    assert result.stdout == shown(heading, "text")
    return result.stdout


def lines_between(text: str, start: str, end: str) -> str:
    """Return the indented lines from the one that begins with `start` to the one that begins with `end`."""
    match = re.search(
        rf"^    {re.escape(start)}.*?^    {re.escape(end)}[^\n]*", text, re.MULTILINE | re.DOTALL
    )
    assert match
    return textwrap.dedent(match[0])


def run(code: str, folder: Path) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "shown", "__file__": str(folder / "shown.py")}
    exec(compile(code, "shown", "exec", dont_inherit=True), names)
    return names


def test_flask(folder: Path) -> None:
    app = shown("Flask", "python")
    (folder / "app.py").write_text(app, "utf-8")
    told = printed("Flask")
    added = "\n".join(
        (
            lines_between(told, "import os", 'app.config["SECRET_KEY"]'),
            lines_between(told, "from", "ConsentGate("),
        )
    )
    whole = app.replace("app = Flask(__name__)\n", f"app = Flask(__name__, root_path='.')\n{added}\n")
    client = run(whole, folder)["app"].test_client()
    base = "https://shop.example"
    assert FILM not in client.get("/", base_url=base).text
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": base}
    assert client.post("/_privacy/choices", data=ACCEPTS, headers=headers, base_url=base).status_code == 303
    assert FILM in client.get("/", base_url=base).text


def test_fastapi(folder: Path) -> None:
    pytest.importorskip("fastapi")
    (folder / "templates/front.html").rename(folder / "front.html")
    app = shown("FastAPI", "python")
    (folder / "main.py").write_text(app, "utf-8")
    added = lines_between(printed("FastAPI"), "import os", "app = ConsentMiddleware")
    client = TestClient(run(f"{app}\n{added}\n", folder)["app"], base_url="https://shop.example")
    assert FILM not in client.get("/").text
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "https://shop.example"}
    answer = client.post("/_privacy/choices", data=ACCEPTS, headers=headers, follow_redirects=False)
    assert answer.status_code == 303
    assert FILM in client.get("/").text


def test_django(folder: Path) -> None:
    (folder / "shop").mkdir()
    manage = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
    (folder / "manage.py").write_text(manage, "utf-8")
    (folder / "shop/urls.py").write_text(shown("Django", "python"), "utf-8")
    (folder / "shop/settings.py").write_text("", "utf-8")
    added = lines_between(printed("Django"), "INSTALLED_APPS", "}")
    before = (
        "DEBUG = False\nBASE_DIR = __import__('pathlib').Path()\nINSTALLED_APPS = ['a']\nMIDDLEWARE = ['b']\n"
    )
    made = run(f"{before}{added}", folder)
    assert made["MIDDLEWARE"] == ["consentgate.django.ConsentMiddleware", "b"]
    assert made["INSTALLED_APPS"] == ["a", "consentgate.django"]
    assert Policy.load(made["CONSENTGATE"]["POLICY"]).site.name == "shop"


def test_the_policy_that_is_shown_is_in_the_one_that_is_written(folder: Path) -> None:
    CliRunner().invoke(main, INIT)
    written = _without_days((folder / "consentgate.toml").read_text("utf-8"))
    for block in shown("The policy that was written", "toml").strip().split("\n\n"):
        assert _without_days(block) in written


def _without_days(policy: str) -> str:
    """Return a policy without days: it is of the day on which it was written."""
    return re.sub(r"\b\d{4}-\d\d-\d\d\b", "DAY", policy)
