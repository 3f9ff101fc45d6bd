"""A blocked frame stays where it is and shows a document of ours; what has a box gives way to a frame."""

from __future__ import annotations

import pytest
from html_support import cut, feed_and_tell
from hypothesis import given
from hypothesis import strategies as st

from consentgate.html import BlockedFrame

SEEN: list[tuple[BlockedFrame, bool]] = []


def document(frame: BlockedFrame, elsewhere: bool) -> bytes:
    SEEN.append((frame, elsewhere))
    return b"D"


def read(html: str, size: int = 1 << 20) -> str:
    SEEN.clear()
    output, _, _ = feed_and_tell(
        cut(html.encode(), size), placeholder=lambda *_: b"[P]", frame_document=document
    )
    return output.decode()


SRC = "src=//evil.test/"


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            f"<p><iframe class=v {SRC} width=5>old</iframe>b",
            '<p><iframe srcdoc="D" class=v  width=5>old</iframe>b',
        ),
        (f"<iframe {SRC} data-src=/own></iframe>", '<iframe srcdoc="D"  data-src=/own></iframe>'),
        (f"<iframe data-{SRC} src=/own></iframe>", '<iframe srcdoc="D"  src=/own></iframe>'),
        (f"<iframe srcdoc=a SRCDOC=b sandbox {SRC}></iframe>", '<iframe srcdoc="D"    ></iframe>'),
        (f"<IFRAME/{SRC} style='background:url(//evil.test/b)'></IFRAME>", None),
        (f"<table><iframe {SRC}></iframe></table>", '<table><iframe srcdoc="D" ></iframe></table>'),
        (f"<a href=/x><iframe {SRC}></iframe></a>", '<a href=/x><iframe srcdoc="D" ></iframe></a>'),
        (f"<iframe {SRC} width=1 height=1></iframe>", ""),
        (f"<iframe {SRC} hidden></iframe>", ""),
        ("<iframe src=intent://evil.test></iframe>", ""),
        (
            "<object width=4 data=//evil.test/><p>old</object>",
            '<iframe srcdoc="D" width=4  title="evil.test" frameborder="0"></iframe>',
        ),
        (f"<embed {SRC}/>", '<iframe srcdoc="D"  title="evil.test" frameborder="0"></iframe>'),
        (
            f"<video id=v {SRC} poster=//evil.test/p></video>",
            '<iframe srcdoc="D" id=v   title="evil.test" frameborder="0"></iframe>',
        ),
        (f"<audio {SRC}></audio>", ""),
        (f"<table><tr><embed {SRC}></table>", "<table><tr></table>"),
        ("<div class=fb-page></div>", "[P]"),
    ],
)
def test_what_was_blocked_is_a_frame(html: str, expected: str | None, size: int) -> None:
    for _ in range(3):  # met before, too
        output = read(html, size)
        assert expected is None or output == expected
        assert "//evil.test" not in output


def test_a_frame_tells_what_its_embed_needs() -> None:
    attributes = 'title="A &quot;film&quot;" allow=autoplay sandbox=allow-scripts'
    read(f"<iframe {SRC}x?a=1&amp;b=2 {attributes}></iframe>")
    [(frame, elsewhere)] = SEEN
    assert frame.url == "https://evil.test/x?a=1&b=2"
    assert dict(frame.attributes) == {
        "title": 'A "film"',
        "allow": "autoplay",
        "sandbox": "allow-scripts",
    }
    assert not elsewhere


@pytest.mark.parametrize(
    ("src", "url"),
    [
        ("https://evil.test:8443/a", "https://evil.test:8443/a"),
        ("//evil.test", "https://evil.test/"),
        ("//evil.test?a", "https://evil.test/?a"),
        ("http://EVIL.test/%41", "http://evil.test/A"),
        ("//evil.test/a?b=\u00e9#c", "https://evil.test/a?b=%C3%A9#c"),
        ("//user@evil.test/a", "https://evil.test/a"),
        ("\\\\evil.test\\a", "https://evil.test/a"),
        ("data:text/html,<script src=//evil.test/>", ""),
    ],
)
def test_a_frame_tells_the_address_on_the_web_that_it_led_to(src: str, url: str) -> None:
    read(f'<iframe src="{src}"></iframe>')
    assert [frame.url for frame, _ in SEEN] == [url]


def test_in_a_page_whose_base_leads_elsewhere_it_is_told_so() -> None:
    read(f"<!doctype html><base href=//other.test/><iframe {SRC}></iframe>")
    assert [elsewhere for _, elsewhere in SEEN] in ([True], [False])


NAMES = ["src", "SRC", "data-src", "srcdoc", "sandbox", "style", "width", "title", "background", "x"]
VALUES = ["", "//evil.test/", "/own", "<img src=//evil.test/>", "url(//evil.test/)", "a'b", "1", "/"]
FORMS = ["{}={}", "{}='{}'", '{}="{}"', "{} = {}", "{}", "{}=", "/{}={}/"]
ATTRIBUTES = st.tuples(*map(st.sampled_from, (FORMS, NAMES, VALUES))).map(lambda one: one[0].format(*one[1:]))
TAGS = st.sampled_from(["iframe", "IFRAME", "object data=//evil.test/", "embed", "video", "lite-youtube"])


@given(TAGS, st.lists(ATTRIBUTES, max_size=6), st.sampled_from(["", "/", " ", " /"]))
def test_nothing_loads_from_what_is_left(tag: str, attributes: list[str], end: str) -> None:
    html = f"<p><{tag} {' '.join(attributes)}{end}>x</{tag.split()[0]}>y"
    output = read(html)
    _, blocked, _ = feed_and_tell([output.encode()])
    assert blocked == []
    for size in (1, 5):
        assert read(html, size) == output
