"""The codes in the tests' names have a row each in docs/requirements.md, and each row has its tests."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parent
KEY = TESTS.parent / "docs" / "requirements.md"
CODE = r"(?:ASGI|[ABSWHF])\d+[a-z]?"
ROW = re.compile(rf"^\| (?P<code>{CODE}) \| [^|]+ \| [^|]+ \| (?P<files>[^|]+) \|$", re.MULTILINE)
SUFFIX = re.compile(rf"(?:_{CODE})+$")


def files_by_code() -> dict[str, set[str]]:
    """Return the test files of each code, by the names of the test functions."""
    files = defaultdict(set)
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                suffix = SUFFIX.search(node.name)
                for code in suffix[0].split("_")[1:] if suffix else ():
                    files[code].add(path.relative_to(TESTS).as_posix())
    return files


def test_every_code_has_a_row_and_every_row_its_tests() -> None:
    rows = list(ROW.finditer(KEY.read_text("utf-8")))
    assert len({row["code"] for row in rows}) == len(rows)
    assert {row["code"]: set(re.findall(r"`([^`]+)`", row["files"])) for row in rows} == files_by_code()


def test_codes_in_comments_and_docstrings_have_a_row() -> None:
    known = {row["code"] for row in ROW.finditer(KEY.read_text("utf-8"))}
    for path in TESTS.rglob("test_*.py"):
        for said in re.findall(r"\(([^()]*)\)|^# -- ([^:]*):", path.read_text("utf-8"), re.MULTILINE):
            for code in re.findall(rf"(?<!\S){CODE}(?=,|$| to )", said[0] or said[1]):
                assert code in known, f"{path}: {code}"
