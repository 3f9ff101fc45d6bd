"""Each code in a test has its row in docs/requirements.md, and each row links to the tests with its code."""

from __future__ import annotations

import ast
import re
import tokenize
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "requirements.md"
CODE = r"(?:ASGI|[ABFHSW])[0-9]{1,2}"
IN_NAME = re.compile(rf"_({CODE})[a-z]?(?=_|$)")
# Not a byte in hex ("C3 A9"), nor the end of a longer word.
IN_TEXT = re.compile(rf"(?<![\w%&#\\])({CODE})(?![\w&])")
ROW = re.compile(rf"^\| (?P<code>{CODE}) \|.*\| (?P<tests>[^|]*) \|$", re.MULTILINE)
LINK = re.compile(r"\(\.\./([^)]+)\)")


def codes_in_tests() -> dict[str, set[str]]:
    """For each code the files whose test names, docstrings or comments carry it."""
    found: dict[str, set[str]] = defaultdict(set)
    for file in TESTS.rglob("test_*.py"):
        if file == Path(__file__):
            continue
        name = file.relative_to(TESTS.parent).as_posix()
        for code in codes_in(file):
            found[code].add(name)
    return found


def codes_in(file: Path) -> set[str]:
    codes: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef):
            codes.update(IN_TEXT.findall(ast.get_docstring(node) or ""))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            codes.update(IN_NAME.findall(node.name))
    with file.open("rb") as source:
        for token in tokenize.tokenize(source.readline):
            if token.type == tokenize.COMMENT:
                codes.update(IN_TEXT.findall(token.string))
    return codes


def codes_of_page() -> dict[str, set[str]]:
    """For each code the files that its row links to."""
    return {row["code"]: set(LINK.findall(row["tests"])) for row in ROW.finditer(PAGE.read_text("utf-8"))}


def test_each_code_has_a_row_and_each_row_names_its_tests() -> None:
    assert codes_of_page() == codes_in_tests()


def test_each_requirement_has_one_row() -> None:
    codes = [row["code"] for row in ROW.finditer(PAGE.read_text("utf-8"))]

    assert len(codes) == len(set(codes))
