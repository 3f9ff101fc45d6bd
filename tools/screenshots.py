"""Takes the pictures of docs/appearance.md: `python tools/screenshots.py` (or `make screenshots`).

The example newspaper stands behind the gate as in `make demo`, and Chromium looks at it at three widths.
"""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "examples"
POLICY = EXAMPLES / "flask_app" / "consentgate.toml"
SIZES = ((320, 640), (768, 640), (1280, 640))
"""The widths and heights of windows, in CSS pixels."""


@dataclass(frozen=True)
class Picture:
    """A row of pictures of one page, one for each width. `act` leads from the page to what is shown; `policy`
    changes the example's."""

    name: str
    path: str
    act: Callable[[Page], object] = lambda page: None
    policy: Callable[[str], str] = lambda text: text
    emulate: dict[str, Any] = field(default_factory=dict)


def _choose(page: Page) -> None:
    page.get_by_text("Choose", exact=True).first.click()


def _show_video(page: Page) -> None:
    page.locator("iframe").first.scroll_into_view_if_needed()
    page.get_by_role("button", name="Refuse").first.click()
    page.wait_for_load_state()
    page.locator("iframe").first.scroll_into_view_if_needed()


def _show_services(page: Page) -> None:
    page.get_by_role("heading", name="Performance").evaluate("heading => heading.scrollIntoView()")


def _in_arabic(text: str) -> str:
    return text.replace("[site]\n", '[site]\nlanguages = ["ar"]\n', 1)


PICTURES = (
    Picture("banner", "/"),
    Picture("choose", "/", _choose),
    Picture("banner-dark", "/", emulate={"color_scheme": "dark"}),
    Picture("banner-arabic", "/", policy=_in_arabic),
    Picture("settings", "/_privacy/choices"),
    Picture("declaration", "/_privacy/declaration", _show_services),
    Picture("placeholder", "/article", _show_video),
)


def main() -> None:
    """Take all pictures, or those that the command line names."""
    wanted = set(sys.argv[1:])
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                _take(browser, picture)
        browser.close()


def _take(browser: Browser, picture: Picture) -> None:
    with _served(picture.policy(POLICY.read_text("utf-8"))) as home:
        shots = [_shot(browser, picture, home, *size) for size in SIZES]
    images = "".join(
        f'<img width="{width // 2}" alt="" src="data:image/png;base64,{base64.b64encode(shot).decode()}">'
        for (width, _), shot in zip(SIZES, shots, strict=True)
    )
    page = browser.new_page(viewport={"width": 1240, "height": 340})
    page.set_content(
        f"<style>body{{margin:8px;display:flex;gap:8px;align-items:start;background:#777}}</style>{images}"
    )
    page.screenshot(path=IMAGES / f"{picture.name}.png")
    page.close()


def _shot(browser: Browser, picture: Picture, home: str, width: int, height: int) -> bytes:
    context = browser.new_context(viewport={"width": width, "height": height}, **picture.emulate)
    page = context.new_page()
    page.goto(home + picture.path)
    picture.act(page)
    page.wait_for_timeout(500)  # until what was pressed is drawn
    shot = page.screenshot()
    context.close()
    return shot


@contextmanager
def _served(policy: str) -> Iterator[str]:
    """Serve a copy of the example with this policy; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(EXAMPLES, Path(folder) / "examples")
        (copy / "flask_app" / "consentgate.toml").write_text(policy, "utf-8")
        # The example is our own, and the interpreter the one that runs this (S603).
        command = [sys.executable, str(copy / "flask_app" / "app.py")]
        environment, nowhere = {**os.environ, "PORT": str(port)}, subprocess.DEVNULL
        with subprocess.Popen(command, env=environment, stdout=nowhere, stderr=nowhere) as app:  # noqa: S603
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
            app.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"the example does not answer on port {port}")


if __name__ == "__main__":
    main()
