"""Each test that docs/threats.md names is there."""

from __future__ import annotations

import re

from .pages import ROOT


def test_each_test_that_stands_against_a_threat_is_there() -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / "threats.md").read_text("utf-8"))
    written = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)\(", file.read_text("utf-8"), re.MULTILINE)
    }

    assert len(named) > 15
    assert [name for name in named if name not in written] == []
