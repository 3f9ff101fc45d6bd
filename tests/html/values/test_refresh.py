"""The URL of a refresh, in markup and in headers."""

from __future__ import annotations

from html import escape

import pytest
from html_support import EVERYTHING, blocked, rewrite

from consentgate.html.values.refresh import refresh_url


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ("5", ""),
        (" 5 ", ""),
        ("0.5;a", "a"),
        ("5;", ""),
        ("0;url=a", "a"),
        ("0; URL = 'a' ", "a"),
        ('0;url="https://a.example/b?c=d&e#f"', "https://a.example/b?c=d&e#f"),
        ("0,/a", "/a"),
        ("10;\turl=//a.example/ü", "//a.example/ü"),
        ("0;url=/@a", "/@a"),
        ("0;url=?a", "?a"),
        ("0;url=", ""),
        ("0;url=mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_a_plain_refresh_is_read(content: str, url: str) -> None:
    assert refresh_url(content) == url


_SPACES_OF_UNICODE = (
    "\x00\x01\x0b\x1c\x1f\x7f\x85\xa0\u1680\u180e\u2000\u2003\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
NOT_PLAIN_REFRESHES = [
    *(
        "",
        "a",
        ";url=/a",
        ".5;/a",
        "-1;/a",
        "1e0;/a",
        "0x;/a",
        "0:/a",
        "0 /a",
        "0 url=/a",
        "0;;/a",
        "0;url==/a",
    ),
    *("0;url='/a", "0;url=/a'", "0;url='/a'b", "0;url='/a' b", "0;url='/a'b'", "0;url='/a\"", "0;url='/a''"),
    *("0;url=\"'/a'\"", "0;url=/a b", "0;url=`/a`", "0;url=</a>", "0;url=(/a)", "0;url=/\\a", "0;url=\\a"),
    *("0;url=' /a'", "0;url='/a '", "0;url=a@b.example", "0;url=//a@b.example", "0;url=https://a@b.example/"),
    *("0;url=/a\tb", "0;url=t\nel:1", "0;url=h\nttps:/a"),
    *(
        form.format(space)
        for space in _SPACES_OF_UNICODE
        for form in (
            "{}0;/a",
            "0{};/a",
            "0;{}/a",
            "0;{}url=/a",
            "0;url{}=/a",
            "0;url='{}/a'",
            "0;/{}a",
            "0;/a{}",
        )
    ),
]


@pytest.mark.parametrize("content", NOT_PLAIN_REFRESHES)
def test_a_refresh_that_is_not_plain_may_lead_anywhere(content: str) -> None:
    assert refresh_url(content) is None
    html = f'<meta http-equiv=refresh content="{escape(content)}">'
    assert [(one.kind, one.url) for one in blocked(f"<p>{html}")] == [("meta", "")]
    assert rewrite(html, grants=EVERYTHING).decode() == html
