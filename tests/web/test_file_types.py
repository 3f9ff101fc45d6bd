"""What the name of a file says about its content."""

import pytest

from consentgate.web.file_types import file_type


@pytest.mark.parametrize(
    ("name", "type_", "coding"),
    [
        ("index.html", "text/html", ""),
        ("INDEX.HTM", "text/html", ""),
        ("a.b.js", "text/javascript", ""),
        ("page.xhtml", "application/xhtml+xml", ""),
        ("a.svg", "image/svg+xml", ""),
        ("a.svgz", "image/svg+xml", "gzip"),
        ("index.html.gz", "text/html", "gzip"),
        ("index.html.br", "text/html", "br"),
        ("a.css.zst", "text/css", "zstd"),
        ("a.tar.gz", "application/x-tar", "gzip"),
        ("a.tgz", "application/x-tar", "gzip"),
        ("a.gz", "", "gzip"),
        ("data:text/html,x", "", ""),
        ("a.unknown", "", ""),
        ("CNAME", "", ""),
        (".html", "", ""),
        ("", "", ""),
    ],
)
def test_the_ending_tells(name: str, type_: str, coding: str) -> None:
    assert file_type(name) == (type_, coding)
