"""A body without a type is HTML where browsers think so (WHATWG MIME Sniffing)."""

from __future__ import annotations

import pytest

from consentgate.web.mime_sniffing import sniffs_as_html


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"<!DOCTYPE HTML>", True),
        (b" \n<html>", True),
        (b"<p >", True),
        (b"<!-- ", True),
        (b"<B>", True),
        (b"<blink>", False),
        (b"<pre>", False),
        (b"text <html>", False),
        (b"<?xml", False),
        (b"{}", False),
        (b"", False),
    ],
)
def test_a_body_without_a_type_is_html_where_browsers_think_so(head: bytes, expected: bool) -> None:
    assert sniffs_as_html(head, complete=True) is expected


def test_a_body_without_a_type_waits_for_what_decides() -> None:
    assert sniffs_as_html(b"  <htm", complete=False) is None
    assert sniffs_as_html(b"  <htm", complete=True) is False
