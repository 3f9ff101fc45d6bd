"""Where forms are sent to, which the policy may gate."""

from __future__ import annotations

import pytest
from html_support import EVERYTHING, PAGE, blocked, rewrite

from consentgate import Gate, Policy

E = "https://third.example/subscribe"
POLICY = Policy.parse(
    '[site]\nname = "a"\ncontroller = "b"\ncontact = "c"\ngate_forms = true\nundeclared = "third-party"'
)
GATE = Gate(POLICY, secret_key="a secret of the tests")


def gated(html: str, *grants: str) -> str:
    return GATE.rewrite(html.encode(), url=PAGE, grants=grants, charset="utf-8").html.decode()


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (f"<form action={E} method=post>a</form>", '<form action="javascript:" method=post>a</form>'),
        (f"<FORM ACTION='{E}'>", '<FORM action="javascript:">'),
        (f"<form action={E} action=/own>", '<form action="javascript:" action=/own>'),
        (f"<form/action={E}>", '<form/action="javascript:">'),
        (f"<button formaction={E}>a</button>", '<button formaction="javascript:">a</button>'),
        (f'<input type=submit formaction="{E}">', '<input type=submit formaction="javascript:">'),
        (f"<input formaction={E} >", '<input formaction="javascript:" >'),
        (f"<input type=image src=/a formaction={E}>", '<input type=image src=/a formaction="javascript:">'),
        (
            "<base href=//third.example/><form action=a>",
            '<base href=//third.example/><form action="javascript:">',
        ),
    ],
)
def test_a_form_for_a_third_party_is_sent_nowhere(html: str, kept: str) -> None:
    assert gated(html) == kept
    assert gated(html, *EVERYTHING) == html
    assert gated(kept) == kept


@pytest.mark.parametrize(
    "html",
    [
        "<form action=/a><form action='https://cdn.example.org/'><form><form action>",
        "<form action=mailto:a@b.example>",
        "<button formaction=/a><input formaction=?b><button>",
        f"<p action={E} formaction={E}>",
        f"<form formaction={E}><button action={E}>",
    ],
)
def test_other_forms_stay(html: str) -> None:
    assert gated(html) == html


def test_what_was_gated_is_reported() -> None:
    result = GATE.rewrite(f"<form action={E}>".encode(), url=PAGE)
    assert [(one.kind, one.url) for one in result.blocked] == [("form", E)]


def test_forms_are_left_alone_unless_the_policy_says_otherwise() -> None:
    html = f"<form action={E}><button formaction={E}><input type=image src=/a formaction={E}></form>"
    assert rewrite(html).decode() == html
    assert blocked(html) == []
