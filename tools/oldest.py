"""Prints the oldest version of each requirement that the package allows, as constraints for pip.

    python tools/oldest.py > oldest.txt

Those of the package itself and of its extras: a lower bound that nobody tests is a guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?>=(?P<version>[0-9.]+)")


def constraints(project: dict[str, Any]) -> Iterator[str]:
    """A line for each requirement in the `[project]` table."""
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    for requirement in (requirement for group in groups for requirement in group):
        match = _REQUIREMENT.fullmatch(requirement)
        if match is None:
            raise SystemExit(f"{requirement}: expected a lower bound and nothing else")
        yield f"{match['name']}=={match['version']}"


if __name__ == "__main__":
    print("\n".join(dict.fromkeys(constraints(tomllib.loads(PROJECT.read_text("utf-8"))["project"]))))
