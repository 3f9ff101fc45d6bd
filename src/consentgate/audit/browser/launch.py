"""Starts Chromium as a visitor has it, but for what it says of its own accord."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CannotLook
from .proxy import RecordingProxy

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Playwright

CHANNELS = frozenset(("chrome", "chrome-beta", "chrome-dev", "chromium", "msedge", "msedge-beta"))
"""The names by which Playwright finds browsers that are installed where their makers put them."""

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")

# Giving the flag replaces Playwright's own list, so what matters of that list is repeated, except
# ThirdPartyStoragePartitioning, which visitors have.
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
    # These send requests of the browser's own.
    "AimEnabled",
    "AutofillServerCommunication",
    # These draw panels that nobody sees, at two fifths of the processor's time.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
)
"""The features of Chromium that are switched off wherever it is watched."""

_DISABLED_HERE = (
    *DISABLED_FEATURES,
    # Without isolated sites one listener hears all frames.
    "IsolateOrigins",
    "site-per-process",
    # It connects to what a page loaded on an earlier visit, whatever the page says now.
    "LoadingPredictorUseLocalPredictions",
)

# Debian's Chromium blocks third-party cookies, Chrome does not.
_PREFERENCES = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}

BROWSERS_OWN = frozenset(
    (
        "accounts.google.com",
        "android.clients.google.com",
        "clients2.google.com",
        "clients2.googleusercontent.com",
        "content-autofill.googleapis.com",
        "edgedl.me.gvt1.com",
        "mtalk.google.com",
        "optimizationguide-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.googleapis.com",
        "safebrowsingohttpgateway.googleapis.com",
        "update.googleapis.com",
    )
)
"""Hosts that Chromium contacts by itself. A mere connection to one is not the page's; a request is."""


@contextmanager
def open_browser(
    playwright: Playwright, browser: str, proxy: RecordingProxy, *, insecure: bool
) -> Iterator[BrowserContext]:
    """Start a browser that has never been used, and goes through `proxy`.

    `browser` is a path or a channel, "" for whichever is installed. With `insecure` any certificate will do.
    It is a persistent context on purpose: in an incognito one Chromium makes no preconnect.

    Raises CannotLook where there is no such browser, or it does not start.
    """
    from playwright.sync_api import Error

    channel = browser if browser in CHANNELS else None
    program = None if channel else _program(playwright, browser)
    # The browser may still be writing into its profile while it is removed.
    with tempfile.TemporaryDirectory(prefix="consentgate-", ignore_cleanup_errors=True) as profile:
        preferences = Path(profile, "Default", "Preferences")
        preferences.parent.mkdir()
        preferences.write_text(json.dumps(_PREFERENCES))
        try:
            context = playwright.chromium.launch_persistent_context(
                profile,
                channel=channel,
                executable_path=program,
                args=_arguments(insecure),
                proxy={"server": proxy.address},
                locale="en-US",
                viewport={"width": 1280, "height": 800},
                ignore_https_errors=insecure,
                timeout=60_000,
            )
        except Error as error:
            said = error.message.strip().splitlines()
            raise CannotLook(f"the browser did not start: {said[0] if said else 'it says nothing'}") from None
        try:
            yield context
        finally:
            context.close()


def _program(playwright: Playwright, browser: str) -> str:
    if browser:
        found = shutil.which(browser)
        if found is None:
            known = ", ".join(sorted(CHANNELS))
            raise CannotLook(f"--browser: there is no program {browser!r}; name its path, or one of {known}")
        return found
    bundled = playwright.chromium.executable_path
    found = next(filter(None, map(shutil.which, (*_PROGRAMS, bundled))), None)
    if found is None:
        raise CannotLook(
            "there is no Chromium. Install one with `playwright install chromium` or your system's packages, "
            "or say where it is with --browser"
        )
    return found


def _arguments(insecure: bool) -> list[str]:
    return [
        # The proxy looks names up. Nothing else may: not a preconnect, not WebRTC.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-quic",
        "--disable-gpu",
        "--disable-sync",
        "--no-first-run",
        # Component updates are asked for even with --disable-component-update; port 9 answers nobody.
        "--component-updater=url-source=http://127.0.0.1:9/none",
        # Each start asks accounts.google.com who is signed in. Pages contact that host, too.
        "--gaia-url=http://127.0.0.1:9",
        "--disable-site-isolation-trials",
        "--disable-features=" + ",".join(_DISABLED_HERE),
        *(["--ignore-certificate-errors"] if insecure else []),
    ]
