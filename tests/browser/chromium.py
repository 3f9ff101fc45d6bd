"""Where Chromium is, and how it is started so that it says nothing of its own accord."""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Playwright

from consentgate.audit.browser.launch import DISABLED_FEATURES

from .engine import Engine, NoBrowser, program
from .recorder import Recorder

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

# Debian's Chromium blocks third-party cookies by default, Chrome does not: test what leaks in Chrome.
PREFERENCES = {"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": False}}

GPC_SCRIPT = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"


class Chromium(Engine):
    """NoBrowser if there is none."""

    name = "chromium"

    def __init__(self, playwright: Playwright) -> None:
        self._playwright, self._executable = playwright, _find(playwright)

    @contextmanager
    def opens(
        self,
        recorder: Recorder,
        *,
        javascript: bool = True,
        headers: Mapping[str, str] | None = None,
        keeps_pages: bool = False,
        asks_names: bool = False,
    ) -> Iterator[BrowserContext]:
        """A persistent context on purpose: in an incognito one (`browser.new_context()`) Chromium makes no
        preconnect, so a leak would pass unseen. Playwright's waiting for a page to load knows nothing of the
        back/forward cache, and switches it off unless asked not to.
        """
        headers = dict(headers or {})
        # The browser may still be writing into its profile while it is removed.
        with tempfile.TemporaryDirectory(prefix="consentgate-", ignore_cleanup_errors=True) as profile:
            preferences = Path(profile, "Default", "Preferences")
            preferences.parent.mkdir()
            preferences.write_text(json.dumps(PREFERENCES))
            if asks_names:
                Path(profile, "Local State").write_text(json.dumps(_asking(recorder)))
            context = self._playwright.chromium.launch_persistent_context(
                profile,
                executable_path=self._executable,
                args=_arguments(recorder, asks_names),
                locale="en-US",  # the language of the button names that the tests press
                ignore_https_errors=True,
                java_script_enabled=javascript,
                extra_http_headers=headers,
                ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else None,
            )
            if headers.get("Sec-GPC") == "1":
                context.add_init_script(GPC_SCRIPT)
            try:
                yield context
            finally:
                context.close()


def _find(playwright: Playwright) -> str:
    bundled = playwright.chromium.executable_path
    found = program("CONSENTGATE_CHROMIUM", *PROGRAMS, bundled)
    if found is None:
        raise NoBrowser(
            "no Chromium found; `make browsers` gets one, or set CONSENTGATE_CHROMIUM to its path"
        )
    return found


def _asking(recorder: Recorder) -> dict[str, object]:
    """Preferences of the whole browser, with a name server that the recorder forwards 127.0.0.1 to."""
    server = f"https://127.0.0.1:{recorder.secure_port}/dns-query{{?dns}}"
    return {"dns_over_https": {"mode": "secure", "templates": server}}


def _arguments(recorder: Recorder, asks_names: bool) -> list[str]:
    hosts = recorder.forwards if asks_names else ("*",)
    mapped = [f"MAP {host}:443 127.0.0.1:{recorder.secure_port}" for host in hosts]
    if not asks_names:
        mapped.append(f"MAP * 127.0.0.1:{recorder.port}")
    return [
        f"--host-resolver-rules={', '.join(mapped)}, EXCLUDE 127.0.0.1, EXCLUDE localhost",
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
