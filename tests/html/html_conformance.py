"""The tokenizer tests that browsers share (html5lib-tests)."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple

from html_support import SHARED

CDATA = "CDATA section state"
# Where a test starts the tokenizer inside an element, its start tag does so for us.
STARTS = {
    "Data state": "",
    "PLAINTEXT state": "<plaintext>",
    "RCDATA state": "<title>",
    "RAWTEXT state": "<xmp>",
    "Script data state": "<script>",
    CDATA: "<svg><![CDATA[",
}


class Case(NamedTuple):
    """What to read, beginning with a `start` that is not the test's own, and the tokens after it."""

    name: str
    state: str
    start: str
    input: str
    tokens: list[Any]

    @property
    def html(self) -> bytes:
        return (self.start + self.input).encode()


def _unescaped(case: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(case).replace("\\\\u", "\\u")) if case.get("doubleEscaped") else case


@cache
def cases() -> tuple[Case, ...]:
    """All of them that bytes can say and a page can come to."""
    found = []
    for file in sorted((SHARED / "html5lib-tests" / "tokenizer").glob("*.test")):
        if file.stem == "xmlViolation":
            continue
        for number, raw in enumerate(json.loads(file.read_text(encoding="utf-8"))["tests"]):
            test = _unescaped(raw)
            for state in test.get("initialStates", ["Data state"]):
                last = test.get("lastStartTag")
                if _is_text(test["input"]) and (state != "Script data state" or last in (None, "script")):
                    start = STARTS[state] if last is None else f"<{last}>"
                    name = f"{file.stem}-{number}-{state.split()[0]}"
                    found.append(Case(name, state, start, test["input"], _together(test["output"])))
    return tuple(found)


def _is_text(text: str) -> bool:
    return not re.search("[\ud800-\udfff]", text)


def _together(tokens: list[Any]) -> list[Any]:
    """The tokens in the form of `what the gate's tokenizer is seen to find`."""
    found: list[Any] = []
    for token in tokens:
        if token[0] == "Character" and found and found[-1][0] == "Character":
            found[-1][1] += token[1]
        elif token[0] == "StartTag":
            found.append([*token[:3], len(token) > 3])
        else:
            found.append(["DOCTYPE"] if token[0] == "DOCTYPE" else list(token))
    return found
