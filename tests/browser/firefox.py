"""Where Firefox is, and how it is started so that it says nothing of its own accord."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright

from .engine import Engine, NoBrowser, program
from .name_server import asking_at_port_53
from .recorder import Recorder

PROGRAMS = ("firefox-esr", "firefox", "/usr/bin/firefox-esr")

# What visitors' browsers do and one that is driven does not.
AS_VISITORS_HAVE_IT = {
    "network.http.speculative-parallel-limit": 20,  # preconnects
    "network.prefetch-next": True,
    "network.dns.disablePrefetch": False,
    "network.dns.disablePrefetchFromHTTPS": False,
}

# A connection that is slow to come about gets a second, and one of the two then asks nothing.
NO_SPARE_CONNECTIONS = {"network.http.connection-retry-timeout": 0}

# It asks Mozilla for settings again and again, which takes time from the tests. A release takes another
# server only where the variable is set.
NO_SETTINGS_FROM_MOZILLA = {"services.settings.server": "data:,#remote-settings-dummy/v1"}
ENVIRONMENT = {"MOZ_REMOTE_SETTINGS_DEVTOOLS": "1"}

Preferences = dict[str, bool | int | str]

EVERY_NAME_IS_KNOWN: Preferences = {"network.dns.forceResolve": "127.0.0.1"}

_MOST_RUNNING = 2
"""The most browsers that run at once, unless more are in use."""


class Firefox(Engine):
    """NoBrowser if there is none. Any release will do, an ESR too: no build of Playwright's own.

    Firefox takes seconds to start, and what tests need it to be told differs little: one that is running is
    used again. Each context has cookies, storage, caches and connections of its own there.
    """

    name = "firefox"

    def __init__(self, playwright: Playwright) -> None:
        self._playwright, self._executable = playwright, _find()
        self._running: list[tuple[Preferences, Browser]] = []

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
        """Firefox always keeps pages. It has a preference for what Playwright's options do elsewhere: those
        for scripts and headers it ignores."""
        headers = dict(headers or {})
        privacy_control = headers.pop("Sec-GPC", None) == "1"
        assert not headers, f"no preference sends {headers}"
        preferences: Preferences = {
            **AS_VISITORS_HAVE_IT,
            **NO_SPARE_CONNECTIONS,
            **NO_SETTINGS_FROM_MOZILLA,
            **(_known(recorder) if asks_names else EVERY_NAME_IS_KNOWN),
            "network.socket.forcePort": f"80={recorder.port};443={recorder.secure_port}",
            "javascript.enabled": javascript,
            "privacy.globalprivacycontrol.enabled": privacy_control,
            "privacy.globalprivacycontrol.functionality.enabled": privacy_control,
        }
        of_its_own = self._asking(preferences) if asks_names else None
        with of_its_own or nullcontext(self._browser_with(preferences)) as browser:
            # en-US: the language of the button names that the tests press.
            context = browser.new_context(ignore_https_errors=True, locale="en-US")
            try:
                context.new_page()
                yield context
            finally:
                context.close()

    @contextmanager
    def _asking(self, preferences: Preferences) -> Iterator[Browser]:
        with tempfile.TemporaryDirectory(prefix="consentgate-") as folder:
            browser = self._launch(preferences, asking_at_port_53(self._executable, Path(folder)))
            try:
                yield browser
            finally:
                browser.close()

    def _browser_with(self, preferences: Preferences) -> Browser:
        for told, browser in self._running:
            if told == preferences and browser.is_connected():
                return browser
        if len(self._running) >= _MOST_RUNNING:
            self.close()
        browser = self._launch(preferences, self._executable)
        self._running.append((preferences, browser))
        return browser

    def _launch(self, preferences: Preferences, executable: str | Path) -> Browser:
        return self._playwright.firefox.launch(
            channel="moz-firefox",  # speaks WebDriver BiDi with it, which every Firefox understands
            executable_path=executable,
            firefox_user_prefs=preferences,
            env={**os.environ, **ENVIRONMENT},
        )

    def close(self) -> None:
        for _, browser in self._running:
            if not browser.contexts:
                browser.close()
        self._running = [(told, browser) for told, browser in self._running if browser.is_connected()]


def _known(recorder: Recorder) -> Preferences:
    """Preferences for a browser that asks the system's name server, except for what the recorder forwards."""
    return {"network.dns.localDomains": ",".join(recorder.forwards), "network.trr.mode": 5}


def _find() -> str:
    found = program("CONSENTGATE_FIREFOX", *PROGRAMS)
    if found is None:
        raise NoBrowser("no Firefox found; `make browsers` gets one, or set CONSENTGATE_FIREFOX to its path")
    return found
