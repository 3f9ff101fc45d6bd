import pytest

from consentgate.web.paths import local_path


@pytest.mark.parametrize(
    "path", ["/", "/a/b", "/a?b=c&d=%20e", "/%E2%98%83", "/a//b", "/?next=//x", "/a:b@c"]
)
def test_a_path_of_the_site_stays(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        " /a",
        "/a\r\nSet-Cookie: x=y",
        "/a\x00",
        "http://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "?a",
        "#a",
        "/\udcff",
    ],
)
def test_anything_else_is_the_start_page(path):
    assert local_path(path) == "/"


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/é", "/%C3%A9"),
        ("/a b", "/a%20b"),
        ('/"<>', "/%22%3C%3E"),
        ("/a\\b", "/a%5Cb"),
        ("/a#b", "/a%23b"),
    ],
)
def test_what_a_link_cannot_hold_is_escaped(path, written):
    assert local_path(path) == written
