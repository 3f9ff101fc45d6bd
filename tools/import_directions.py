"""Checks that imports go one way: each package only from those below it.

    integrations -> configuration -> adapters -> gate -> pages, html -> texts, consent -> policy -> catalogue

`cli` stands on top. Nothing below the adapters knows WSGI, ASGI or a framework.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src" / "consentgate"

# Each layer may import itself and the layers after it.
LAYERS: tuple[frozenset[str], ...] = tuple(
    map(
        frozenset,
        (
            ("__main__",),
            ("cli",),
            ("flask", "starlette", "testing"),
            ("framework_cookies",),
            ("applications", "flask_caches", "django"),
            ("configuration",),
            ("wsgi", "asgi"),
            ("__init__",),
            ("gate",),
            ("pages", "html"),
            ("texts", "consent"),
            ("policy",),
            ("catalogue",),
        ),
    )
)
# What only some layers may know.
FRAMEWORKS = {"flask": {"flask"}, "starlette": {"starlette"}, "django": {"django"}, "asgiref": {"django"}}


def package_of(path: Path) -> str:
    """The package or module right below `consentgate` that a file belongs to."""
    first = path.relative_to(SOURCE).parts[0]
    return first.removesuffix(".py")


def layer_of(name: str) -> int:
    """The number of a package's layer, from the top."""
    for number, names in enumerate(LAYERS):
        if name in names:
            return number
    raise SystemExit(
        f"{name}: a package that tools/import_directions.py does not know; give it a layer there"
    )


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """The line and full name of each module that a file imports."""
    here = ("consentgate", *path.relative_to(SOURCE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = ".".join(here[: len(here) - node.level])
            module = f"{base}.{node.module}" if node.module else base
            if base == "consentgate" and not node.module:
                yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module


def mistakes() -> Iterator[str]:
    """Every import that goes the wrong way."""
    for path in sorted(SOURCE.rglob("*.py")):
        package = package_of(path)
        for line, name in imports_of(path):
            top, _, rest = name.partition(".")
            where = f"src/consentgate/{path.relative_to(SOURCE)}:{line}"
            if top in FRAMEWORKS and package not in FRAMEWORKS[top]:
                yield f"{where}: only {', '.join(FRAMEWORKS[top])} may import {top}"
            if top != "consentgate" or not rest:
                continue
            target = rest.partition(".")[0]
            if target == package:
                continue
            same_layer = layer_of(target) == layer_of(package)
            if layer_of(target) < layer_of(package) or same_layer:
                yield f"{where}: {package} may not import {target}"


if __name__ == "__main__":
    found = list(mistakes())
    print("\n".join(found) or "imports go one way")
    sys.exit(bool(found))
