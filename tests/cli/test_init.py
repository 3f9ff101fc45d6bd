"""`consentgate init`: the file that it writes, and what it finds in a project without running it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from consentgate import Policy
from consentgate.cli import main

SITE = ("--controller", "Shop Ltd", "--contact", "privacy@shop.example")
FLASK = "from flask import Flask\napp = Flask(__name__)\n"


def run(folder: Path, *arguments: object, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["init", *map(str, (folder, *arguments))], input=input)


def drafted(folder: Path, *arguments: object) -> Policy:
    result = run(folder, *SITE, "--yes", *arguments)
    assert result.exit_code == 0, result.output
    return Policy.load(folder / "consentgate.toml")


def text_of(folder: Path) -> str:
    return (folder / "consentgate.toml").read_text("utf-8")


def found(folder: Path, *arguments: object) -> dict[str, Any]:
    result = run(folder, *SITE, "--yes", "--json", *arguments)
    assert result.exit_code == 0, result.output
    described: dict[str, Any] = json.loads(result.stdout)
    return described


def project(folder: Path, **files: str) -> Path:
    """Write `files` into `folder`. Two underscores are a slash, and the last is the dot."""
    for name, text in files.items():
        stem, _, ending = name.replace("__", "/").rpartition("_")
        file = folder / (name if "." in name else f"{stem}.{ending}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


# -- the file ------------------------------------------------------------------------------------------------


def test_the_smallest_file_loads_and_says_who_answers(tmp_path, caplog):
    site = drafted(tmp_path, "--name", "Shop", "--language", "fr", "--language", "en").site
    assert (site.name, site.controller, site.contact) == ("Shop", "Shop Ltd", "privacy@shop.example")
    assert site.languages == ("fr", "en")
    assert site.updated is not None
    assert not caplog.records


@pytest.mark.parametrize("odd", ['a "b" \\ c', "Café ☕ GmbH", "x\ny]\n[[service]]", "tab\tdel\x7f", "#"])
def test_what_is_answered_is_in_the_file_as_it_was(tmp_path, odd):
    result = run(tmp_path, "--yes", "--name", odd, "--controller", odd, *SITE[2:])
    assert result.exit_code == 0, result.output
    policy = Policy.load(tmp_path / "consentgate.toml")
    assert (policy.site.name, policy.site.controller) == (odd, odd)
    assert policy.services == ()


def test_without_answers_and_without_a_terminal_the_missing_options_are_named(tmp_path):
    result = run(tmp_path, "--contact", "c@shop.example")
    assert result.exit_code == 2
    assert "missing: --controller" in result.output
    assert not (tmp_path / "consentgate.toml").exists()


def test_on_a_terminal_it_asks(tmp_path, monkeypatch):
    monkeypatch.setattr("consentgate.cli.site_questions.is_terminal", lambda: True)
    result = run(tmp_path, "--name", "Shop", input="Shop Ltd\nprivacy@shop.example\nde, en\n")
    assert result.exit_code == 0, result.output
    site = Policy.load(tmp_path / "consentgate.toml").site
    assert (site.controller, site.contact, site.languages) == (
        "Shop Ltd",
        "privacy@shop.example",
        ("de", "en"),
    )


def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path):
    (tmp_path / "consentgate.toml").write_text("mine")
    refused = run(tmp_path, *SITE, "--yes")
    assert refused.exit_code == 1
    assert "is there already" in refused.output
    assert text_of(tmp_path) == "mine"
    assert drafted(tmp_path, "--force").site.controller == "Shop Ltd"


def test_a_wrong_answer_on_a_terminal_is_asked_for_again(tmp_path, monkeypatch):
    monkeypatch.setattr("consentgate.cli.site_questions.is_terminal", lambda: True)
    answers = "Shop Ltd\nnowhere\nprivacy@shop.example\nenglish\nde, en\n"
    result = run(tmp_path, "--name", "Shop", input=answers)
    assert result.exit_code == 0, result.output
    assert "expected an e-mail or web address" in result.output
    site = Policy.load(tmp_path / "consentgate.toml").site
    assert (site.contact, site.languages) == ("privacy@shop.example", ("de", "en"))


def test_a_file_of_another_name_and_standard_output(tmp_path):
    other = tmp_path / "other.toml"
    assert run(tmp_path, *SITE, "--yes", "--output", other).exit_code == 0
    printed = run(tmp_path, *SITE, "--yes", "--output", "-")
    assert Policy.parse(printed.stdout).site.controller == "Shop Ltd"
    assert printed.stdout == other.read_text("utf-8")
    assert "consentgate check FILE" in printed.stderr
    assert not (tmp_path / "consentgate.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--language", "xx"), "--language: expected a language"),
        (("--contact", "not a contact at all"), "--contact: expected an e-mail or web address"),
        (("--host", "https://shop.example/"), "--host: expected"),
        (("--service", "yuotube"), 'the catalogue has no "yuotube"; did you mean "youtube"?'),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_written(tmp_path, arguments, said):
    result = run(tmp_path, *SITE, "--yes", *arguments)
    assert result.exit_code == 1
    assert said in result.output
    assert not (tmp_path / "consentgate.toml").exists()


def test_services_that_are_named_are_declared_by_any_of_their_names(tmp_path):
    policy = drafted(tmp_path, "--service", "ga4", "--service", "youtube", "--service", "google-analytics")
    assert [service.id for service in policy.services] == ["google-analytics", "youtube"]


# -- what is found -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({"app_py": FLASK}, "flask"),
        ({"shop__web_py": "import fastapi\nfrom fastapi import FastAPI\nx = FastAPI()\n"}, "fastapi"),
        ({"a_py": "from starlette.applications import Starlette\na = Starlette()\n"}, "starlette"),
        ({"requirements_txt": "Django>=5\n"}, "django"),
        ({"pyproject_toml": '[project]\ndependencies = ["flask[async] >= 3"]\n'}, "flask"),
        (
            {"manage_py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'},
            "django",
        ),
        ({"venv__pyvenv_cfg": "", "venv__lib__x_py": FLASK}, None),
        ({"tests__app_py": FLASK}, None),
        ({"broken_py": "def (:\n"}, None),
        ({}, None),
    ],
)
def test_the_framework_is_recognised(tmp_path, files, framework):
    assert found(project(tmp_path, **files))["framework"] == framework


def test_no_code_of_the_project_is_run(tmp_path):
    traps = f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    manage = traps + 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'
    project(tmp_path, manage_py=manage, shop__settings_py=traps, conftest_py=traps)
    assert found(tmp_path)["framework"] == "django"
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("files", "cookies"),
    [
        ({"app_py": FLASK}, ["session"]),
        ({"app_py": f"{FLASK}import flask_login\n"}, ["session", "remember_token"]),
        (
            {
                "app_py": f"{FLASK}app.config['SESSION_COOKIE_NAME'] = 'sid'\n"
                "app.config.update(REMEMBER_COOKIE_NAME='keep')\n",
                "requirements_txt": "Flask-Login\n",
            },
            ["sid", "keep"],
        ),
        ({"requirements_txt": "django\n"}, ["sessionid", "csrftoken", "django_language", "messages"]),
        (
            {
                "requirements_txt": "django\n",
                "shop__settings_py": "SESSION_COOKIE_NAME = 'sid'\nADMIN_SESSION_COOKIE_NAME = 'staff'\n",
            },
            ["sid", "staff", "csrftoken", "django_language", "messages"],
        ),
        ({"a_py": "from starlette.applications import Starlette\na = Starlette()\n"}, []),
        (
            {
                "a_py": "from fastapi import FastAPI\na = FastAPI()\n"
                "a.add_middleware(SessionMiddleware, secret_key='x', session_cookie='sid')\n"
                "a.add_middleware(CSRFMiddleware, secret='x')\n"
            },
            ["sid", "csrftoken"],
        ),
        (
            {
                "main_py": "from starlette.applications import Starlette\nimport flask\n"
                "main = Starlette(routes=[Mount('/old', WSGIMiddleware(flask.Flask(__name__)))])\n"
            },
            ["session"],
        ),
    ],
)
def test_the_frameworks_own_cookies_are_named_and_not_declared(tmp_path, files, cookies):
    described = found(project(tmp_path, **files))
    assert described["framework_cookies"] == cookies
    assert described["cookies"] == []
    assert all(f"#   {cookie}: " in text_of(tmp_path) for cookie in cookies)


SETS = """
from flask import Flask, make_response
app = Flask(__name__)
SEEN = "seen"

@app.get("/")
def front():
    response = make_response("")
    response.set_cookie("session", "x")
    response.set_cookie(SEEN, "1")
    response.set_cookie(key="theme", value="dark")
    response.set_cookie("_ga", "x")
    response.set_cookie(request.args["any"], "x")
    response.set_cookie("XSRF-TOKEN", "x")
    response.set_cookie("AWSALB", "x")
    response.set_signed_cookie("who\\n[[cookie]]", "x")
    return response
"""


def test_cookies_that_code_sets_are_asked_about_unless_everybody_knows_them(tmp_path):
    described = found(project(tmp_path, app_py=SETS))
    assert described["asked_cookies"] == ["seen", "theme", "_ga"]
    policy = Policy.load(tmp_path / "consentgate.toml")
    assert {cookie.name: cookie.reason for cookie in policy.cookies} == {
        "XSRF-TOKEN": "security",
        "AWSALB": "load-balancing",
    }
    text = text_of(tmp_path)
    assert "# Set in app.py, line 10." in text
    # Nobody is called a tracker for a name, and nothing is said to be necessary before its makers say so.
    assert policy.services == ()
    assert "Google Analytics uses this name, too" in text


def test_a_cookie_that_is_asked_about_loads_once_it_is_decided(tmp_path):
    found(project(tmp_path, app_py=SETS))
    text = text_of(tmp_path)
    decided = re.sub(r'(?m)^# (\[\[cookie\]\]|name = "theme"|name = "seen"|name = "_ga")', r"\1", text)
    decided = decided.replace('# category = "?"', 'category = "performance"')
    names = {cookie.name for cookie in Policy.parse(decided).cookies}
    assert names == {"seen", "theme", "_ga", "XSRF-TOKEN", "AWSALB"}


PAGE = """<!doctype html><html lang="fr">
<script async src="https://www.googletagmanager.com/gtag/js?id=G-ABC"></script>
<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) } gtag('js', new Date());</script>
{% block body %}<script src="{{ url_for('static', filename='x.js') }}"></script>{% endblock %}
<script src="//{{ cdn }}/x.js"></script><img src="https://www.shop.example/a.png">
<iframe src="https://www.youtube.com/embed/x"></iframe>
<img src="https://shop.b-cdn.net/1.png"><img src="https://nobody.example/a.png">
<script src="https://js.stripe.com/v3/"></script>
<script src="https://apis.google.com/js/plusone.js"></script><div class="g-plusone"></div>
"""


def test_third_parties_in_templates_are_declared_or_asked_about(tmp_path, caplog):
    described = found(project(tmp_path, app_py=FLASK, templates__base_html=PAGE))
    assert described["services"] == ["google-analytics", "youtube", "stripe"]
    assert described["asked_hosts"] == ["shop.b-cdn.net", "nobody.example"]
    assert described["closed"] == ["google-plus"]
    text = text_of(tmp_path)
    assert '# In templates/base.html, line 6.\n[[service]]\nuse = "youtube"' in text
    assert '# # hosts = ["shop.example", "*.shop.example", "shop.b-cdn.net"]' in text
    assert Policy.load(tmp_path / "consentgate.toml").site.languages == ("fr",)
    assert not caplog.records


def test_hosts_of_the_site_are_no_third_parties(tmp_path):
    hosts = ("--host", "shop.example", "--host", "shop.b-cdn.net")
    assert found(project(tmp_path, page_html=PAGE), *hosts)["asked_hosts"] == [
        "www.shop.example",
        "nobody.example",
    ]
    assert Policy.load(tmp_path / "consentgate.toml").site.hosts == ("shop.example", "shop.b-cdn.net")


def test_what_is_asked_about_hosts_loads_without_its_comment_signs(tmp_path):
    found(project(tmp_path, page_html=PAGE))
    head, heading, tables = re.split(r"(?m)(^# -- Third parties.*$)", text_of(tmp_path))
    # One sign away brings back tables, and leaves comments in them; those on tables are no TOML.
    bare = re.sub(r"(?m)^# (?=\[\[service|id = |name = |category = \"third|hosts = |# )", "", tables)
    policy = Policy.parse(f"{head}{heading}{bare}")
    assert {"shop-b-cdn-net", "nobody-example"} <= {service.id for service in policy.services}


def test_the_languages_are_those_of_the_pages_that_there_are_texts_in(tmp_path, caplog):
    pages = {
        f"{tag}_html": f'<!doctype html><html class="x" lang={tag}>' for tag in ("en-US", "de", "ru", "EN")
    }
    assert sorted(drafted(project(tmp_path, **pages)).site.languages) == ["de", "en"]
    assert not caplog.records


def test_a_warning_about_the_policy_is_given_once(tmp_path, caplog):
    drafted(tmp_path, "--language", "ja", "--service", "youtube", "--service", "vimeo")
    caplog.clear()
    drafted(tmp_path, "--language", "ja", "--force")
    written, loaded = caplog.messages
    assert "draft" in written
    assert "draft" in loaded


def test_names_of_files_cannot_write_into_the_policy(tmp_path):
    (tmp_path / 'a\n[[service]]\nuse = "youtube"\n#.html').write_text(
        '<img src="https://nobody.example/">\n', "utf-8"
    )
    assert drafted(tmp_path).services == ()


def test_links_out_of_the_project_are_not_followed(tmp_path):
    outside = project(tmp_path / "outside", page_html=PAGE)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.html").symlink_to(outside / "page.html")
    (inside / "folder").symlink_to(outside)
    assert found(inside)["services"] == []


# -- what is left to do --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({"app_py": FLASK}, ['app.config["CONSENTGATE_POLICY"] = "consentgate.toml"', "ConsentGate(app)"]),
        (
            {"src/shop/__init__.py": "import flask\ndef make():\n    site = flask.Flask(__name__)\n"},
            ['site.config["CONSENTGATE_POLICY"] = "../../consentgate.toml"', "ConsentGate(site)"],
        ),
        (
            {
                "manage_py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n',
                "shop__settings_py": "",
            },
            [
                "Add to shop/settings.py, at the end:",
                'MIDDLEWARE = ["consentgate.django.ConsentMiddleware", *MIDDLEWARE]',
                '"POLICY": BASE_DIR / "consentgate.toml"',
            ],
        ),
        (
            {"main_py": "from fastapi import FastAPI\napi = FastAPI()\n"},
            ['Policy.load("consentgate.toml")', "api = ConsentMiddleware(api, gate)", "export SECRET_KEY"],
        ),
        ({}, ["from consentgate.wsgi import ConsentMiddleware"]),
    ],
)
def test_the_next_steps_fit_the_project(tmp_path, files, lines):
    result = run(project(tmp_path, **files), *SITE, "--yes")
    for line in (*lines, "consentgate check"):
        assert line in result.stdout


def test_the_flask_lines_find_the_policy_wherever_the_application_is(tmp_path, monkeypatch):
    package = "import flask\n\nsite = flask.Flask(__name__)\nsite.secret_key = 'k' * 32\n"
    project(tmp_path, **{"shop_of_init/__init__.py": package})
    steps = run(tmp_path, *SITE, "--yes").stdout
    lines = steps.partition("(line 3):\n")[2].partition("\nThe application's")[0]
    file = tmp_path / "shop_of_init" / "__init__.py"
    file.write_text(package + "\n".join(line.strip() for line in lines.splitlines()), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    from shop_of_init import site  # type: ignore[import-not-found]  # written above

    assert site.extensions["consentgate"].gate.policy.site.controller == "Shop Ltd"


def test_the_only_tables_are_the_sites_own_and_no_line_is_too_long_to_read(tmp_path):
    drafted(tmp_path)
    text = text_of(tmp_path)
    assert tomllib.loads(text).keys() == {"site", "declaration"}
    assert max(map(len, text.splitlines())) <= 130
