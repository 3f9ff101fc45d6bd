"""The sites on which scans and audits are measured: the examples, the planted faults, and real pages."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from consentgate.audit.observations import State
from tests.browser.corpus import SavedPage, saved_pages
from tests.browser.recorder import Answer, Recorder
from tests.browser.servers import Site, serve_asgi, serve_wsgi

from . import planted_site

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
GAZETTE = "gazette.example"
_APPS = (
    ("flask_app", serve_wsgi, "app"),
    ("starlette_app", serve_asgi, "app"),
    ("django_app", serve_wsgi, "application"),
)
_OURS = {
    State.REFUSED: ("[name=decision][value=refuse]",),
    State.ACCEPTED: ("[name=decision][value=accept]",),
    State.WITHDRAWN: (".consentgate-settings", "[name=decision][value=withdraw]"),
}
_PLANTED = {
    State.REFUSED: ("text=Manage choices", "text=Reject all"),
    State.ACCEPTED: ("text=Accept all",),
    State.WITHDRAWN: ("text=Cookie settings", "text=Withdraw consent"),
}
_TRACKING = ("Set-Cookie", "id=1; Max-Age=99999; Secure; SameSite=None")


class MeasuredSite(NamedTuple):
    """A site: its host, what serves it, its pages, and what to press to get into each state."""

    name: str
    host: str
    serves: Callable[[], AbstractContextManager[Site]]
    pages: tuple[str, ...] = ("/",)
    ways: Mapping[State, tuple[str, ...]] = {}
    answers: Mapping[str, Answer] = {}

    @property
    def url(self) -> str:
        return f"https://{self.host}/"

    @property
    def is_gated(self) -> bool:
        """True where a gate of ours keeps things back: from a scan, too."""
        return self.ways is _OURS

    @property
    def states(self) -> tuple[State, ...]:
        return (State.UNDECIDED, *self.ways)

    @contextmanager
    def served(self, recorder: Recorder) -> Iterator[int]:
        """Serve it behind the recorder, which forgets all else; gives its port."""
        with self.serves() as site:
            recorder.starts_anew()
            recorder.forwards[self.host] = site.port
            recorder.answers.update(self.answers)
            yield site.port


def examples() -> Iterator[MeasuredSite]:
    """Yield the three examples, the first of which is the demo."""
    for name, serve, attribute in _APPS:
        app = getattr(_module(name, EXAMPLES), attribute)
        yield MeasuredSite(name, GAZETTE, lambda serve=serve, app=app: serve(app), ways=_OURS)


def open_examples(folder: Path) -> Iterator[MeasuredSite]:
    """Yield the examples with a gate that only reports, from a copy of them in a `folder`."""
    copy = folder / "examples"
    shutil.copytree(EXAMPLES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    policy = copy / "flask_app" / "consentgate.toml"
    policy.write_text(
        policy.read_text("utf-8").replace("[site]\n", "[site]\nreport_only = true\n", 1), "utf-8"
    )
    for name, serve, attribute in _APPS[:2]:  # Django's settings are those of the process
        app = getattr(_module(name, copy), attribute)
        yield MeasuredSite(
            f"{name}, report_only", GAZETTE, lambda serve=serve, app=app: serve(app), ("/", "/article")
        )


def planted() -> MeasuredSite:
    """Return the shop with many faults."""
    answers = {"www.youtube.com": Answer("text/html", b"film", (_TRACKING,))}
    return MeasuredSite(
        "planted faults",
        planted_site.HOST,
        lambda: serve_wsgi(planted_site.app),
        ways=_PLANTED,
        answers=answers,
    )


def real_pages(count: int) -> list[MeasuredSite]:
    """Return `count` pages of the corpus, from all over it."""
    every = saved_pages()
    return [_of_page(page) for page in every[:: max(1, len(every) // count)][:count]]


def _of_page(page: SavedPage) -> MeasuredSite:
    return MeasuredSite(page.file, page.host, lambda: serve_wsgi(page.app))


def _module(name: str, folder: Path) -> Any:
    spec = importlib.util.spec_from_file_location(name, folder / name / "app.py")
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)  # Django imports it by its name
    spec.loader.exec_module(module)
    return module
