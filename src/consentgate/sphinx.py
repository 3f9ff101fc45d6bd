"""The extension for Sphinx: `extensions = ["consentgate.sphinx"]`.

When the HTML is written, each page is put into its closed form, where it is. So the site contacts nobody, and
nobody has to be asked.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import ENUM, Config
from sphinx.errors import SphinxError
from sphinx.util.logging import getLogger
from sphinx.util.typing import ExtensionMetadata

from consentgate.building import BuildError, build, closed_policy
from consentgate.building.site import BuiltSite
from consentgate.policy import Policy, PolicyError

_log = getLogger(__name__)

_WRITES_PAGES = ("html", "dirhtml", "singlehtml")


class SiteNotClosed(SphinxError):
    """Says why the pages are not closed."""

    category = "consentgate"


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension."""
    app.add_config_value("consentgate_policy", "", "", str, "The policy file, beside conf.py.")
    app.add_config_value("consentgate_headers", "none", "", ENUM("none", "netlify"), "As --headers.")
    # A page that was closed under another policy has to be written again: Sphinx does that where a value of
    # this kind has changed.
    app.add_config_value("consentgate_fingerprint", "", "html", str, "Set by the extension.")
    app.connect("config-inited", _note_fingerprint)
    app.connect("build-finished", _close)
    return {"version": version("consentgate"), "parallel_read_safe": True, "parallel_write_safe": True}


def _note_fingerprint(app: Sphinx, config: Config) -> None:
    config.consentgate_fingerprint = BuiltSite(_policy(app), config.html_baseurl).fingerprint


def _close(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name not in _WRITES_PAGES:
        return
    config = app.config
    try:
        report = build(
            app.outdir, app.outdir, _policy(app), url=config.html_baseurl, headers=config.consentgate_headers
        )
    except BuildError as failed:
        raise SiteNotClosed(str(failed)) from None
    for line in report.lines():
        _log.info(line)


def _policy(app: Sphinx) -> Policy:
    name = app.config.consentgate_policy
    if not name:
        return closed_policy()
    try:
        return Policy.load(Path(app.confdir) / name, date_from_file=False)
    except (PolicyError, OSError) as error:
        raise SiteNotClosed(str(error)) from None
