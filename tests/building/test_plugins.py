"""The plug-ins for Sphinx and MkDocs: each closes what the generator wrote, where it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .site_folder import written

POLICY = """
[site]
name = "Example"
controller = "Example Ltd"
contact = "privacy@example.org"

[[service]]
id = "cdn"
name = "CDN"
category = "necessary"
reason = "transmission"
hosts = ["cdn.evil.test"]
"""
EMBED = '<iframe src="https://www.youtube.com/embed/x"></iframe>'
SCRIPT = '<script src="https://cdn.evil.test/s.js"></script>'


def of_a_run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True)


# -- Sphinx ----------------------------------------------------------------------------------------------

CONF = """
project = "Example"
extensions = ["consentgate.sphinx"]
html_baseurl = "https://docs.example.org/"
html_theme = "basic"
"""
INDEX = f"""
Example
=======

Words of the first page.

.. raw:: html

   {EMBED}{SCRIPT}

.. toctree::

   more
"""
MORE = "More\n====\n\nWords of the second page.\n"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    pytest.importorskip("sphinx")
    return written(tmp_path / "docs", {"conf.py": CONF, "index.rst": INDEX, "more.rst": MORE})


def sphinx(docs: Path, builder: str = "html", *options: str) -> subprocess.CompletedProcess[str]:
    return of_a_run(
        "sphinx", "-W", "-b", builder, *options, str(docs), str(docs.parent / "out"), cwd=docs.parent
    )


@pytest.mark.parametrize(("builder", "second"), [("html", "more.html"), ("dirhtml", "more/index.html")])
def test_sphinx_writes_closed_pages(docs: Path, builder: str, second: str) -> None:
    done = sphinx(docs, builder)
    assert done.returncode == 0, done.stderr

    first = (docs.parent / "out" / "index.html").read_text()
    assert "Words of the first page." in first
    assert "evil.test" not in first
    assert "Go to YouTube" in first
    assert 'http-equiv="Content-Security-Policy"' in (docs.parent / "out" / second).read_text()
    assert "YouTube: 1 x iframe, in 1 file" in done.stdout


def test_sphinx_writes_again_only_what_changed_and_that_is_closed(docs: Path) -> None:
    sphinx(docs)
    more = docs.parent / "out" / "more.html"
    before = (more.read_bytes(), more.stat().st_mtime_ns)
    written(docs, {"index.rst": INDEX.replace("first page", "page")})
    done = sphinx(docs)

    assert done.returncode == 0, done.stderr
    first = (docs.parent / "out" / "index.html").read_text()
    assert "Words of the page." in first
    assert "evil.test" not in first
    assert (more.read_bytes(), more.stat().st_mtime_ns) == before


def test_sphinx_writes_all_pages_again_under_another_policy(docs: Path) -> None:
    sphinx(docs)
    written(docs, {"consentgate.toml": POLICY})
    done = sphinx(docs, "html", "-D", "consentgate_policy=consentgate.toml")

    assert done.returncode == 0, done.stderr
    assert "cdn.evil.test:*" in (docs.parent / "out" / "more.html").read_text()
    assert SCRIPT in (docs.parent / "out" / "index.html").read_text()


def test_sphinx_ends_with_a_message_where_the_policy_is_wrong(docs: Path) -> None:
    written(docs, {"consentgate.toml": "[site]\n"})
    done = sphinx(docs, "html", "-D", "consentgate_policy=consentgate.toml")

    assert done.returncode != 0
    assert "consentgate!" in done.stderr
    assert "expected who answers for the site" in done.stderr


def test_other_builders_of_sphinx_are_left_alone(docs: Path) -> None:
    assert sphinx(docs, "text").returncode == 0
    assert not (docs.parent / "out" / ".consentgate-build.json").exists()


# -- MkDocs ----------------------------------------------------------------------------------------------

SETTINGS = """
site_name: Example
site_url: https://docs.example.org/
use_directory_urls: true
theme: {name: null, custom_dir: theme}
plugins: [consentgate]
"""
THEME = (
    f"<!doctype html><html><head><title>T</title>{SCRIPT}</head><body>{{{{ page.content }}}}</body></html>"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    pytest.importorskip("mkdocs")
    from importlib.metadata import entry_points

    named = {point.name for point in entry_points(group="mkdocs.plugins")}
    assert "consentgate" in named, "installed before it had this plug-in: pip install --editable . once more"
    return written(
        tmp_path,
        {
            "mkdocs.yml": SETTINGS,
            "theme/main.html": THEME,
            "docs/index.md": f"# Example\n\nWords of the first page.\n\n{EMBED}\n",
            "docs/more.md": "# More\n\nWords of the second page.\n",
        },
    )


def test_mkdocs_writes_closed_pages(project: Path) -> None:
    for _ in range(2):
        done = of_a_run("mkdocs", "build", cwd=project)
        assert done.returncode == 0, done.stderr

        first = (project / "site" / "index.html").read_text()
        assert "Words of the first page." in first
        assert "evil.test" not in first
        assert "Go to YouTube" in first
        assert "docs.example.org:*" in (project / "site" / "more" / "index.html").read_text()
        assert "YouTube: 1 x iframe, in 1 file" in done.stderr


def test_mkdocs_reads_a_policy(project: Path) -> None:
    written(project, {"consentgate.toml": POLICY})
    settings = SETTINGS.replace(
        "[consentgate]", "[{consentgate: {policy: consentgate.toml, headers: netlify}}]"
    )
    written(project, {"mkdocs.yml": settings})
    done = of_a_run("mkdocs", "build", cwd=project)

    assert done.returncode == 0, done.stderr
    assert SCRIPT in (project / "site" / "index.html").read_text()
    assert "cdn.evil.test:*" in (project / "site" / "_headers").read_text()


def test_mkdocs_ends_with_a_message_where_the_policy_is_wrong(project: Path) -> None:
    settings = SETTINGS.replace("[consentgate]", "[{consentgate: {policy: consentgate.toml}}]")
    written(project, {"consentgate.toml": "[site]\n", "mkdocs.yml": settings})
    done = of_a_run("mkdocs", "build", cwd=project)

    assert done.returncode != 0
    assert "consentgate.toml" in done.stderr
    assert "Traceback" not in done.stderr


# -- this project ----------------------------------------------------------------------------------------

ROOT = Path(__file__).resolve().parents[2]


def test_the_documentation_of_this_project_contacts_nobody(tmp_path: Path) -> None:
    for module in ("furo", "myst_parser", "sphinx"):
        pytest.importorskip(module, reason="the group docs is not installed: make docs")
    command = ["sphinx", "-q", "-b", "dirhtml", "docs", str(tmp_path / "site")]
    done = of_a_run(*command, cwd=ROOT)
    assert done.returncode == 0, done.stderr

    from consentgate.building import build

    report = build(tmp_path / "site", tmp_path / "out", url="https://docs.example.org/")
    assert report.pages > 20
    page = (tmp_path / "out" / "policy" / "index.html").read_text()
    assert 'http-equiv="Content-Security-Policy"' in page
    assert build(tmp_path / "out", None, url="https://docs.example.org/").is_closed
