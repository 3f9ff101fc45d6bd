"""Tells the framework of a project, and the cookies that this sets by itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .code import Code, names_in
from .files import read

Framework = Literal["", "django", "fastapi", "flask", "starlette"]
FRAMEWORKS: tuple[Framework, ...] = ("django", "fastapi", "flask", "starlette")

NAMES = {"django": "Django", "fastapi": "FastAPI", "flask": "Flask", "starlette": "Starlette"}
"""What each framework is called."""

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_MOST_REQUIREMENTS = 20


@dataclass(frozen=True, slots=True)
class FrameworkCookie:
    """A cookie that a framework or its extension sets, and that the integration exempts by itself.

    `name` is "" where only running the project would tell it.
    """

    name: str
    purpose: str


def framework_of(code: Code, dependencies: set[str], *, has_manage: bool) -> Framework:
    """Tell the framework: by manage.py, the applications that are made, the imports, the dependencies."""
    if has_manage and (code.settings_module or "django" in code.modules):
        return "django"
    made: dict[str, Framework] = {"FastAPI": "fastapi", "Flask": "flask", "Starlette": "starlette"}
    for application in code.applications:
        if made[application.kind] in code.modules:
            return made[application.kind]
    for known in (code.modules, dependencies):
        found = next((framework for framework in FRAMEWORKS if framework in known), None)
        if found is not None:
            return found
    return ""


def dependencies_of(folder: Path) -> set[str]:
    """Return the packages that the project in `folder` asks for, with "_" for "-", in small letters."""
    files = sorted(folder.glob("requirements*.txt"))[:_MOST_REQUIREMENTS]
    lines = [line for file in files for line in _text_of(file).splitlines()]
    try:
        project = tomllib.loads(_text_of(folder / "pyproject.toml"))
    except ValueError:
        project = {}
    lines += _listed(project, "project", "dependencies")
    lines += _listed(project, "tool", "poetry", "dependencies")
    return {match[1].lower().replace("-", "_") for line in lines if (match := _NAME.match(line))}


def _text_of(file: Path) -> str:
    return (read(file) or b"").decode("utf-8", "replace")


def _listed(table: object, *keys: str) -> list[str]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return [entry for entry in table if isinstance(entry, str)] if isinstance(table, list | dict) else []


def cookies_of(framework: Framework, code: Code, dependencies: set[str]) -> list[FrameworkCookie]:
    """List the cookies that the integration for `framework` exempts by itself, as far as files tell.

    Those of applications that are mounted are among them.
    """
    found: list[FrameworkCookie] = []
    if framework == "django":
        found += _of_django(code)
    if framework == "flask" or any(application.kind == "Flask" for application in code.applications):
        found += _of_flask(code, dependencies)
    if framework in ("fastapi", "starlette"):
        found += _of_middleware(code)
    return list(dict.fromkeys(found))


def _of_django(code: Code) -> Iterator[FrameworkCookie]:
    for ending, usual, purpose in (
        ("SESSION_COOKIE_NAME", "sessionid", "keeps visitors signed in"),
        ("CSRF_COOKIE_NAME", "csrftoken", "protects forms"),
        ("LANGUAGE_COOKIE_NAME", "django_language", "remembers the language"),
    ):
        given = [*names_in(code.settings, ending)]
        # A second session has a setting of its own: Django's own has its usual name all the same.
        names = given if ending in code.settings else [usual, *given]
        yield from (FrameworkCookie(name, purpose) for name in names)
    yield FrameworkCookie("messages", "shows a message once")


def _of_flask(code: Code, dependencies: set[str]) -> Iterator[FrameworkCookie]:
    for name in [*names_in(code.settings, "SESSION_COOKIE_NAME")] or ["session"]:
        yield FrameworkCookie(name, "keeps visitors signed in")
    if "flask_login" in code.modules | dependencies:
        names = [*names_in(code.settings, "REMEMBER_COOKIE_NAME")] or ["remember_token"]
        yield from (FrameworkCookie(name, 'Flask-Login\'s "remember me"') for name in names)


def _of_middleware(code: Code) -> Iterator[FrameworkCookie]:
    for kind, purpose in (
        ("SessionMiddleware", "keeps visitors signed in"),
        ("CSRFMiddleware", "protects forms"),
    ):
        for name in code.middleware.get(kind, {}):
            yield FrameworkCookie(name, purpose)
