"""Consent managers that run in the page, from npm, set up as their own instructions say."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

VERSIONS = {
    "vanilla-cookieconsent": "3.1.0",
    "klaro": "0.7.22",
    "tarteaucitronjs": "1.34.0",
    "orejime": "3.2.1",
    "cookieconsent": "3.1.1",
    "yett": "0.1.13",
}
"""The packages of npm that are compared with."""


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to ask for consent: what stands first in the page's head, the files for that, and how a visitor
    refuses. None: it has no banner."""

    name: str
    head: str = ""
    files: Mapping[str, Path] = field(default_factory=dict)
    refuse: Callable[[Page], None] | None = None


def fetch(folder: Path) -> None:
    """Have npm fetch the packages that are not in `folder` yet. Nothing of them is run here but in a page."""
    for name, version in VERSIONS.items():
        into = folder / name
        if into.exists():
            continue
        with tempfile.TemporaryDirectory() as packed:
            npm = shutil.which("npm")
            assert npm, "npm fetches what is compared with: install it, with `make browsers` for instance"
            command = [npm, "pack", "--silent", "--pack-destination", packed, f"{name}@{version}"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            (archive,) = Path(packed).iterdir()
            with tarfile.open(archive) as files:
                files.extractall(into, filter="data")


def contenders(folder: Path, third: str) -> list[Contender]:
    """Return those that run in the page, set up as their instructions say, from the packages in `folder`.

    `third` is the domain that one of them is to block.
    """

    def one(name: str, files: Sequence[str], setup: str, button: str = "") -> Contender:
        served = {f"/{name}/{file}": folder / name / "package" / file for file in files}
        head = "".join(
            f"<link rel=stylesheet href='{path}'>"
            if path.endswith(".css")
            else f"<script src='{path}'></script>"
            for path in served
        )
        refuse = (lambda page: page.locator(button).first.click(timeout=20_000)) if button else None
        return Contender(f"{name} {VERSIONS[name]}", setup.replace("SCRIPTS", head), served, refuse)

    return [
        one(
            "vanilla-cookieconsent",
            ["dist/cookieconsent.css", "dist/cookieconsent.umd.js"],
            """SCRIPTS<script>addEventListener('DOMContentLoaded', () => CookieConsent.run({
            hideFromBots: false, categories: {necessary: {enabled: true, readOnly: true},
            ads: {autoClear: {cookies: [{name: /^_/}]}}},
            language: {default: 'en', translations: {en: {consentModal: {title: 'Cookies', description: 'x',
            acceptAllBtn: 'Accept', acceptNecessaryBtn: 'Refuse'},
            preferencesModal: {title: 'x', sections: []}}}}}))</script>""",
            "#cc-main [data-role=necessary]",
        ),
        one(
            "klaro",
            ["dist/klaro.js"],
            """<script>var klaroConfig = {version: 1, services: [{name: 'ads', purposes: ['marketing'],
            cookies: [/^_/]}]}</script>SCRIPTS""",
            ".klaro .cn-decline",
        ),
        one(
            "tarteaucitronjs",
            [
                *("tarteaucitron.min.js", "css/tarteaucitron.min.css"),
                *("lang/tarteaucitron.en.min.js", "tarteaucitron.services.min.js"),
            ],
            """<script src='/tarteaucitronjs/tarteaucitron.min.js'></script><script>
            tarteaucitron.init({privacyUrl: '', orientation: 'bottom', DenyAllCta: true, AcceptAllCta: true});
            (tarteaucitron.job ??= []).push('youtube')</script>""",
            "#tarteaucitronAllDenied2",
        ),
        one(
            "orejime",
            ["dist/orejime-standard.css", "dist/orejime-standard-en.js"],
            """<script>var orejimeConfig = {privacyPolicyUrl: '/', purposes: [{id: 'ads', title: 'Ads',
            cookies: [/^_/]}]}</script>SCRIPTS""",
            ".orejime-Banner-declineButton, .orejime-Button--decline",
        ),
        one(
            "cookieconsent",
            ["build/cookieconsent.min.css", "build/cookieconsent.min.js"],
            """SCRIPTS<script>addEventListener('load', () => cookieconsent.initialise({type: 'opt-in',
            palette: {popup: {background: '#000'}, button: {background: '#fff'}}}))</script>""",
            ".cc-deny",
        ),
        one(
            "yett",
            ["dist/yett.min.js"],
            f"<script>window.YETT_BLACKLIST = [/{third}/]</script>SCRIPTS",
        ),
    ]
