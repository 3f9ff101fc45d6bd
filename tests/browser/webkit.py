"""Where WebKitGTK is, and how it is driven: through WebDriver, on a display of its own, with the recorder as
its proxy.

It has no switch that makes every host the recorder, none for a window that nobody sees, and Playwright knows
only a build of its own. What the tests ask of Playwright's context, page and locators is here once more.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright

from .engine import Engine, NoBrowser, program
from .name_server import asking_at_port_53
from .recorder import Recorder
from .servers import PATIENCE

INSTALLING = "`make browsers` gets it"
# Debian's library brings the browser along, in a place where no shell looks.
MINI_BROWSER = "webkit2gtk-4.*/MiniBrowser"
LIBRARIES = ("/usr/lib", "/usr/libexec", "/usr/lib64")


class WebKit(Engine):
    """NoBrowser if there is none, or no display to be had."""

    name = "webkit"

    def __init__(self, playwright: Playwright) -> None:
        self._browser, self._driver, self._display = _browser(), _program("WebKitWebDriver"), _program("Xvfb")

    @contextmanager
    def opens(
        self,
        recorder: Recorder,
        *,
        javascript: bool = True,
        headers: Mapping[str, str] | None = None,
        keeps_pages: bool = False,
        asks_names: bool = False,
    ) -> Iterator["Context"]:
        """With `asks_names` it knows no host by its name, whatever the recorder forwards."""
        from selenium import webdriver
        from selenium.webdriver.remote.client_config import ClientConfig
        from selenium.webdriver.remote.remote_connection import RemoteConnection

        assert not headers, "WebKit sends no headers but its own"
        options = webdriver.WebKitGTKOptions()
        options.set_capability("acceptInsecureCerts", True)
        for argument in (
            "--automation",
            # A proxy looks names up itself.
            *(() if asks_names else (f"--proxy=http://127.0.0.1:{recorder.port}", "--ignore-host=127.0.0.1")),
            f"--enable-javascript={'true' if javascript else 'false'}",
            f"--enable-page-cache={'true' if keeps_pages else 'false'}",
        ):
            options.add_argument(argument)
        with _display(self._display) as display, tempfile.TemporaryDirectory(prefix="consentgate-") as folder:
            options.binary_location = (
                str(asking_at_port_53(self._browser, Path(folder))) if asks_names else self._browser
            )
            # The language is that of the button names that the tests press.
            environment = {**os.environ, "DISPLAY": display, "LANG": "en_US.UTF-8", "LANGUAGE": "en"}
            service = webdriver.WebKitGTKService(self._driver, env=environment)
            service.start()
            try:
                connection = RemoteConnection(client_config=ClientConfig(service.service_url))
                with webdriver.Remote(connection, options=options) as driver:
                    yield Context(driver)
            finally:
                service.stop()


class Context:
    """One window. It tells of nothing that happens: the recorder does."""

    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.pages = [Page(driver)]

    def on(self, event: str, act: object) -> None:
        pass

    def set_default_timeout(self, milliseconds: float) -> None:
        self._driver.set_script_timeout(milliseconds / 1000)

    def cookies(self) -> list[Any]:
        """Those of the page's own host."""
        return list(self._driver.get_cookies())


class Page:
    def __init__(self, driver: Any) -> None:
        self._driver = driver
        self.keyboard = Keyboard(driver)

    @property
    def url(self) -> str:
        return str(self._driver.current_url)

    def title(self) -> str:
        return str(self._driver.title)

    @property
    def main_frame(self) -> "Page":
        return self

    @property
    def frames(self) -> list["Page"]:
        """The page's own, and that of the dialog which our script shows."""
        from selenium.common.exceptions import WebDriverException

        with contextlib.suppress(WebDriverException):  # most pages show none
            root = self._driver.find_element("css selector", "body").shadow_root
            return [self, Frame(self._driver, root.find_element("css selector", "dialog iframe"))]
        return [self]

    def goto(self, url: str, timeout: float = 1000 * PATIENCE) -> None:
        self._driver.set_page_load_timeout(timeout / 1000)
        self._driver.get(url)

    def reload(self) -> None:
        self._driver.refresh()

    def evaluate(self, function: str, argument: Any = None) -> Any:
        return self._driver.execute_async_script(
            f"Promise.resolve(({function})(arguments[0])).then(arguments[1])", argument
        )

    def set_viewport_size(self, size: dict[str, int]) -> None:
        """Size the page. The window is larger by its bars, and no narrower than they are: 447 pixels here."""
        bars = self.evaluate("() => [outerWidth - innerWidth, outerHeight - innerHeight]")
        self._driver.set_window_size(size["width"] + bars[0], size["height"] + bars[1])

    def wait_for_timeout(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def get_by_role(self, role: str, *, name: str, exact: bool) -> "Named":
        assert exact
        return Named(self._driver, role, name)


class Frame(Page):
    """A frame of the page. WebDriver leaves the page to look into it."""

    def __init__(self, driver: Any, element: Any) -> None:
        super().__init__(driver)
        self._element = element

    @contextmanager
    def _inside(self) -> Iterator[None]:
        self._driver.switch_to.frame(self._element)
        try:
            yield
        finally:
            self._driver.switch_to.default_content()

    def evaluate(self, function: str, argument: Any = None) -> Any:
        with self._inside():
            return super().evaluate(function, argument)

    def get_by_role(self, role: str, *, name: str, exact: bool) -> "Named":
        assert exact
        return Named(self._driver, role, name, self._inside)


@dataclass(frozen=True)
class Keyboard:
    driver: Any

    def press(self, keys: str) -> None:
        """Press a key, with others held down: `Shift+Tab`."""
        from selenium.webdriver import ActionChains, Keys

        *held, key = (getattr(Keys, name.upper(), name) for name in keys.split("+"))
        actions = ActionChains(self.driver)
        for one in held:
            actions.key_down(one)
        actions.send_keys(key)
        for one in held:
            actions.key_up(one)
        actions.perform()


@dataclass(frozen=True)
class Named:
    """The elements of one role and name."""

    driver: Any
    role: str
    name: str
    inside: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext

    def all(self) -> list["Shown"]:
        with self.inside():
            return self._all()

    def _all(self) -> list["Shown"]:
        tags = {"button": "button", "link": "a", "checkbox": "input[type=checkbox]"}[self.role]
        found = [one for root in self._roots() for one in root.find_elements("css selector", tags)]
        # WebKit tells names and roles only of what is shown.
        shown = [one for one in found if one.is_displayed()]
        return [
            Shown(one, self.inside)
            for one in shown
            if (one.aria_role, one.accessible_name) == (self.role, self.name)
        ]

    def _roots(self) -> list[Any]:
        """The document, and the shadow root on its body, where the banner is."""
        from selenium.common.exceptions import WebDriverException

        roots = [self.driver]
        with contextlib.suppress(WebDriverException):  # most bodies have none
            roots.append(self.driver.find_element("css selector", "body").shadow_root)
        return roots


@dataclass(frozen=True)
class Shown:
    element: Any
    inside: Callable[[], AbstractContextManager[None]]

    def is_visible(self) -> bool:
        return True

    def click(self, *, force: bool = False) -> None:
        with self.inside():
            self.element.click()


@contextmanager
def _display(program: str) -> Iterator[str]:
    ours, theirs = os.pipe()
    # Without a window manager keys go to the window below the pointer. The pointer is in the middle of the
    # screen: on this small one, even a small window lies there.
    command = [program, "-displayfd", str(theirs), "-screen", "0", "600x400x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[theirs], stderr=subprocess.DEVNULL)
    os.close(theirs)
    try:
        with os.fdopen(ours) as number:
            yield f":{number.readline().strip()}"  # it says so when it is there
    finally:
        server.terminate()
        server.wait()


def _browser() -> str:
    patterns = (MINI_BROWSER, f"*/{MINI_BROWSER}")
    places = (str(path) for folder in LIBRARIES for glob in patterns for path in Path(folder).glob(glob))
    found = program("CONSENTGATE_WEBKIT", *places)
    if found is None:
        raise NoBrowser(f"no WebKitGTK found; {INSTALLING}, or set CONSENTGATE_WEBKIT to its MiniBrowser")
    return found


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise NoBrowser(f"no {name} found, which drives WebKit or shows it; {INSTALLING}")
    return path
