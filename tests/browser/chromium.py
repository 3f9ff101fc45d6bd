"""Where Chromium is, and how it is started so that it says nothing of its own accord."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# Giving this flag replaces Playwright's own list, so what matters here of that list is repeated, except
# ThirdPartyStoragePartitioning, which visitors have; the last two silence requests of the browser's own.
DISABLED_FEATURES = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "DialMediaRouteProvider",
    "GlobalMediaControls",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "BlockOriginHeaderModificationOnRedirect",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "Translate",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "AutofillServerCommunication",
)

# Debian's Chromium blocks third-party cookies by default, Chrome does not: test what leaks in Chrome.
PREFERENCES = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}

GPC_SCRIPT = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"


class NoBrowser(Exception):
    """No Chromium is installed where the tests look for one."""


def find_chromium(playwright: Playwright) -> str:
    """The path of the browser to test with; NoBrowser says in one line how to get one."""
    chosen = os.environ.get("CONSENTGATE_CHROMIUM")
    if chosen:
        path = shutil.which(chosen)
        if path is None:
            raise LookupError(f"CONSENTGATE_CHROMIUM names {chosen!r}, which is not an executable")
        return path
    for program in PROGRAMS:
        if path := shutil.which(program):
            return path
    bundled = playwright.chromium.executable_path
    if Path(bundled).exists():
        return bundled
    raise NoBrowser("no Chromium found; `make browsers` gets one, or set CONSENTGATE_CHROMIUM to its path")


def launch_chromium(
    playwright: Playwright,
    executable: str,
    profile: Path,
    recorder_port: int,
    *,
    javascript: bool = True,
    headers: Mapping[str, str] | None = None,
    keeps_pages: bool = False,
) -> BrowserContext:
    """Start Chromium on an empty `profile` with every host but the local ones mapped to the recorder.

    It is a persistent context on purpose: in an incognito one (`browser.new_context()`) Chromium makes no
    preconnect, so a leak would pass unseen. With `keeps_pages` it has a back/forward cache, as visitors'
    browsers do; Playwright's waiting for a page to load knows nothing of that, and switches it off.
    """
    preferences = profile / "Default" / "Preferences"
    preferences.parent.mkdir(parents=True)
    preferences.write_text(json.dumps(PREFERENCES))
    headers = dict(headers or {})
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=executable,
        args=_arguments(recorder_port),
        locale="en-US",  # the language of the button names that the tests press
        ignore_https_errors=True,
        java_script_enabled=javascript,
        extra_http_headers=headers,
        ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else None,
    )
    if headers.get("Sec-GPC") == "1":
        context.add_init_script(GPC_SCRIPT)
    return context


def _arguments(recorder_port: int) -> list[str]:
    local = "EXCLUDE 127.0.0.1, EXCLUDE localhost"
    return [
        f"--host-resolver-rules=MAP * 127.0.0.1:{recorder_port}, {local}",
        "--ignore-certificate-errors",
        "--disable-quic",
        "--disable-gpu",
        "--disable-sync",
        "--no-first-run",
        # Component updates are asked for even with --disable-component-update; port 9 answers nobody.
        "--component-updater=url-source=http://127.0.0.1:9/none",
        # Each start asks accounts.google.com who is signed in. Pages contact that host too (sign-in buttons),
        # so it must not count as the browser's own: silence it instead.
        "--gaia-url=http://127.0.0.1:9",
        "--disable-features=" + ",".join(DISABLED_FEATURES),
    ]
