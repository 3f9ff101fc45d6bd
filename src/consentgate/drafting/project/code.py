"""Reads what Python code says of cookies and frameworks. The code is parsed, and never run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field

from .files import Place

APPLICATIONS = ("Flask", "FastAPI", "Starlette")
"""The classes that applications are instances of."""

_SETTERS = ("set_cookie", "set_signed_cookie")
_COOKIE_SETTING = re.compile(r"(?:[A-Z0-9]+_)*COOKIE_NAME")
_MIDDLEWARE_COOKIES = {
    "SessionMiddleware": ("session_cookie", "cookie_name", "session"),
    "CSRFMiddleware": ("cookie_name", "cookie_name", "csrftoken"),
}
"""For each class of middleware two arguments that name its cookie, and the name without them."""


@dataclass(frozen=True, slots=True)
class Application:
    """An application that the code makes: of which class, where, and the variable that it is put into."""

    kind: str
    place: Place
    variable: str


@dataclass(slots=True)
class Code:
    """What the code of a project says, in the order in which it was read.

    `settings` has for each setting that ends in COOKIE_NAME the names that it is given, "" for one that is
    only known when the code runs. `cookies` are the names that are set in the code, each with its first
    place. `middleware` has the cookies of session and CSRF middleware by class.
    """

    modules: set[str] = field(default_factory=set)
    applications: list[Application] = field(default_factory=list)
    cookies: dict[str, Place] = field(default_factory=dict)
    settings: dict[str, dict[str, Place]] = field(default_factory=dict)
    middleware: dict[str, dict[str, Place]] = field(default_factory=dict)
    settings_module: str = ""
    language: str = ""

    def read(self, source: bytes, file: str) -> None:
        """Add what the `source` of a `file` says. What is no Python adds nothing."""
        try:
            with warnings.catch_warnings():
                # The parser warns of odd strings in the code of others.
                warnings.simplefilter("ignore")
                tree = ast.parse(source)
                _Reader(self, file, _constants(tree)).visit(tree)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return


def _constants(tree: ast.AST) -> dict[str, str]:
    """Return the texts that variables are given, by their names."""
    return {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


class _Reader(ast.NodeVisitor):
    def __init__(self, code: Code, file: str, constants: dict[str, str]) -> None:
        self._code = code
        self._file = file
        self._constants = constants

    def visit_Import(self, node: ast.Import) -> None:
        self._code.modules.update(alias.name.partition(".")[0] for alias in node.names)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module and not node.level:
            self._code.modules.add(node.module.partition(".")[0])

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assigned(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned(node.target, node.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _last_name(node.func)
        if name in _SETTERS:
            self._set_cookie(node)
        elif name in APPLICATIONS:
            self._application(name, node, "app")
        elif name == "setdefault" and len(node.args) == 2:
            key, value = map(self._text, node.args)
            if key == "DJANGO_SETTINGS_MODULE" and value:
                self._code.settings_module = value
        elif name in ("update", "from_mapping"):
            self._settings(node)
        self._middleware(name, node)
        self.generic_visit(node)

    def _assigned(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            name = target.id
        elif isinstance(target, ast.Subscript):
            name = self._text(target.slice)
        else:
            name = target.attr if isinstance(target, ast.Attribute) else ""
        if isinstance(value, ast.Call) and _last_name(value.func) in APPLICATIONS:
            self._application(_last_name(value.func), value, name)
        self._setting(name, value)
        if name == "LANGUAGE_CODE" and isinstance(target, ast.Name):
            self._code.language = self._text(value)

    def _application(self, kind: str, node: ast.Call, variable: str) -> None:
        place = self._place(node)
        # An assignment is read before the call in it, and knows the variable.
        if all((one.kind, one.place) != (kind, place) for one in self._code.applications):
            self._code.applications.append(Application(kind, place, variable))

    def _settings(self, node: ast.Call) -> None:
        for keyword in node.keywords:
            self._setting(keyword.arg or "", keyword.value)
        for argument in node.args:
            if isinstance(argument, ast.Dict):
                for key, value in zip(argument.keys, argument.values, strict=True):
                    self._setting(self._text(key) if key else "", value)

    def _setting(self, name: str, value: ast.expr) -> None:
        if _COOKIE_SETTING.fullmatch(name):
            found = self._code.settings.setdefault(name, {})
            found.setdefault(self._text(value), self._place(value))

    def _set_cookie(self, node: ast.Call) -> None:
        named = (keyword.value for keyword in node.keywords if keyword.arg in ("key", "name"))
        given = node.args[0] if node.args else next(named, None)
        name = self._text(given) if given is not None else ""
        if name:
            self._code.cookies.setdefault(name, self._place(node))

    def _middleware(self, name: str, node: ast.Call) -> None:
        """Note the cookies of middleware that is made, or named for somebody else to make."""
        for kind in (name, *map(_last_name, node.args)):
            if kind not in _MIDDLEWARE_COOKIES:
                continue
            *arguments, usual = _MIDDLEWARE_COOKIES[kind]
            given = next((keyword.value for keyword in node.keywords if keyword.arg in arguments), None)
            cookie = usual if given is None else self._text(given)
            self._code.middleware.setdefault(kind, {}).setdefault(cookie, self._place(node))

    def _text(self, node: ast.expr) -> str:
        """Return the text that `node` stands for; "" where only running the code would tell."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return self._constants.get(node.id, "") if isinstance(node, ast.Name) else ""

    def _place(self, node: ast.expr) -> Place:
        return Place(self._file, node.lineno)


def _last_name(node: ast.expr) -> str:
    """Return the last name in `a.b.c`; "" for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def names_in(settings: dict[str, dict[str, Place]], ending: str) -> Iterator[str]:
    """Yield the names that settings of this `ending` are given, "" for one that only running tells."""
    for setting, names in settings.items():
        if setting.endswith(ending):
            yield from names
