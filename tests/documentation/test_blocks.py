"""Every block of code in the documentation is run or parsed, or says why not.

A page needs no entry here: each block is checked by its language, and a language that no check knows is an
error. Other tests look closer at what single pages promise; these read the pages with `pages.py`, too.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import flask
import html5lib
import jinja2
import msgspec
import pytest
import tree_sitter
import tree_sitter_javascript
import yaml
from django.template import engines
from frameworks.caches import snippet_for

from consentgate import Policy, PolicyError
from consentgate.audit.allowances import read_ignores
from consentgate.cli import main
from consentgate.flask import ConsentGate
from consentgate.jinja import Consented

from . import shell
from .pages import PAGES, Block, read

SITE = '[site]\nname = "Shop"\ncontroller = "Shop Ltd"\ncontact = "privacy@shop.example"\n'
POLICY = SITE + '[[cookie]]\nname = "_own"\ncategory = "performance"\n'
FINDING = '{"kind": "host", "name": "nobody.example", "service": ""}\n'
JAVASCRIPT = tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language()))
ALL = [block for page in PAGES for block in read(page).blocks]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of."""
    for name, text in {
        "consentgate.toml": POLICY,
        "site.toml": POLICY,
        "policies/shop.example.toml": POLICY,
        "public/index.html": "<!doctype html>",
        "page.html": shell.PAGE.decode(),
        "findings.jsonl": FINDING,
    }.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "a secret for the tests")
    return tmp_path


# -- what each language's blocks have to do ------------------------------------------------------------------


def toml_is_a_policy(block: Block) -> None:
    if block.words == ("mistakes",):
        with pytest.raises(PolicyError):
            Policy.parse(SITE + block.text if "[site]" not in block.text else block.text)
    elif block.words == ("pyproject",):
        assert set(tomllib.loads(block.text)) <= {"project", "tool", "dependency-groups", "build-system"}
    elif block.words == ("ignores",):
        assert read_ignores(block.text, block.page)
    else:
        assert block.words == ()
        Policy.parse(block.text if "[site]" in block.text else SITE + block.text)


def html_is_valid(block: Block) -> None:
    """Parse it with html5lib, which raises on each mistake that the standard knows, and its scripts."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    parse = parser.parse if block.text.startswith("<!doctype") else parser.parseFragment
    for script in parse(block.text).iter("script"):
        assert not JAVASCRIPT.parse((script.text or "").encode()).root_node.has_error


def javascript_is_parsed(block: Block) -> None:
    assert not JAVASCRIPT.parse(block.text.encode()).root_node.has_error


def json_is_read(block: Block) -> None:
    json.loads(block.text)


def jinja_is_compiled(block: Block) -> None:
    jinja2.Environment(extensions=[Consented], autoescape=True).from_string(block.text)


def django_template_is_compiled(block: Block) -> None:
    engines["django"].from_string(block.text)


def cache_is_run(block: Block) -> None:
    """`tests/frameworks/test_caches.py` runs nginx and Varnish with these."""
    assert block.text == snippet_for(block.language)


def commands_are_run(block: Block) -> None:
    read_only = subprocess.run([shutil.which("sh") or "sh", "-n"], input=block.text.encode(), check=False)
    assert read_only.returncode == 0
    if block.page == "docs/quickstart.md":
        Path("consentgate.toml").unlink()
    for words in shell.commands(block.text):
        shell.run(words)


def headers_are_whole(block: Block) -> None:
    assert all(re.fullmatch(r"[A-Za-z-]+: \S.*", line) for line in block.text.splitlines())


def usage_is_the_commands(block: Block) -> None:
    """What `text usage` says of a command has all its options, and no others."""
    if block.words == ("usage",):
        _, name, *_ = block.text.split()
        options = {option for parameter in main.commands[name].params for option in long_options(parameter)}
        assert set(re.findall(r"--[\w-]+", block.text)) == options


def long_options(parameter: click.Parameter) -> Iterator[str]:
    if isinstance(parameter, click.Option):
        yield max(parameter.opts, key=len)


def yaml_is_read(block: Block) -> None:
    """Block and flow, as PyYAML reads them."""
    assert isinstance(yaml.safe_load(block.text), dict | list)


def python_is_run_by_the_page(block: Block) -> None:
    """`test_the_python_of_a_page_runs`: one block goes on where the one before ended."""


CHECKS: Mapping[str, Callable[[Block], None]] = {
    "python": python_is_run_by_the_page,
    "toml": toml_is_a_policy,
    "sh": commands_are_run,
    "html": html_is_valid,
    "js": javascript_is_parsed,
    "json": json_is_read,
    "yaml": yaml_is_read,
    "jinja": jinja_is_compiled,
    "django": django_template_is_compiled,
    "http": headers_are_whole,
    "nginx": cache_is_run,
    "vcl": cache_is_run,
    # What something prints, or a drawing.
    "text": usage_is_the_commands,
}


@pytest.mark.parametrize("block", [block for block in ALL if block.language in CHECKS], ids=str)
def test_each_block_does_what_its_language_asks_for(block: Block) -> None:
    if block.reason is None:
        CHECKS[block.language](block)


@pytest.mark.parametrize("page", PAGES)
def test_each_block_has_a_language_that_is_checked_or_a_reason(page: str) -> None:
    # A directive of Sphinx, such as {toctree}, is no code.
    unchecked = [
        f"{block}: {block.language or 'no language'}"
        for block in read(page).blocks
        if block.language not in CHECKS and not block.language.startswith("{") and not block.reason
    ]
    assert not unchecked, "write a check for its language, or <!-- not run: reason --> right before it"
    assert not read(page).indented, "code without a fence has no language: use ```sh and the like"


def test_a_reason_is_a_sentence_and_is_given_only_where_it_is_needed() -> None:
    given = {block.language: block.reason for block in ALL if block.reason is not None}
    assert all(len(reason) > 15 for reason in given.values())
    assert "toml" not in given


# -- Python --------------------------------------------------------------------------------------------------


def app() -> flask.Flask:
    application = flask.Flask("shown")
    application.config["SECRET_KEY"] = "a secret for the tests"
    application.config["CONSENTGATE_POLICY"] = Policy.parse(POLICY)
    ConsentGate(application)
    return application


NAMES: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "README.md": lambda folder: {"BASE_DIR": folder},
    "docs/caches.md": lambda folder: {"app": app()},
    "docs/flask.md": lambda folder: {"app": app()},
}
"""What stands in a reader's code before that of the page: the page says so."""


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(b.language == "python" for b in read(page).blocks)]
)
def test_the_python_of_a_page_runs(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("shown")
    module.__file__ = str(folder / "shown.py")
    # Flask looks there for the folder that the application is in.
    monkeypatch.setitem(sys.modules, "shown", module)
    module.__dict__.update(NAMES.get(page, lambda folder: {})(folder))
    for block in read(page).blocks:
        if block.language == "python" and block.reason is None:
            exec(compile(block.text, str(block), "exec", dont_inherit=True), module.__dict__)


# -- the rule itself -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("toml", '[[service]]\nuse = "yuotube"\n'),
        ("toml", '[[servise]]\nuse = "youtube"\n'),
        ("json", "{'a': 1}"),
        ("js", "let = = 1"),
        ("html", "<p></b>"),
        ("html", "<script>let = = 1</script>"),
        ("jinja", "{% consented %}"),
        ("django", "{% nothing %}"),
        ("nginx", "server {}"),
        ("http", "GET / HTTP/1.1"),
        ("sh", "consentgate gait page.html\n"),
        ("sh", "consentgate gate page.html --urls https://example.org/\n"),
        ("sh", "cat page.html | consentgate explain - --url https://example.org/ --grant nobody\n"),
        ("sh", "consentgate serve public --ports 80\n"),
        ("sh", "make tests\n"),
        ("sh", 'pip install -e ".[flusk]"\n'),
        ("sh", "no-such-program\n"),
        ("sh", "echo $(\n"),
        ("sh", "npm run --prefix static bild\n"),
        ("sh", "python manage.py chek\n"),
    ],
)
def test_what_is_wrong_is_found(language: str, text: str) -> None:
    block = Block("docs/new.md", 1, language, (), "", text)
    with pytest.raises(
        (
            AssertionError,
            KeyError,
            PolicyError,
            ValueError,
            html5lib.html5parser.ParseError,
            jinja2.TemplateSyntaxError,
            click.UsageError,
            Exception if language == "django" else msgspec.DecodeError,
        )
    ):
        CHECKS[language](block)
