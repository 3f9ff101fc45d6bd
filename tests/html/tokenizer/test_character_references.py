"""Character references in attributes and in text."""

from __future__ import annotations

import pytest

from consentgate.html.tokenizer.character_references import decode_references, decode_text


@pytest.mark.parametrize(
    ("value", "in_attribute", "in_text"),
    [
        ("&amp;&lt&#65&#x42;", "&<AB", "&<AB"),
        ("&ltx &lt=", "&ltx &lt=", "<x <="),
        ("&notit;", "&notit;", "¬it;"),
        ("&#0;&#xd800;&#x110000;&#99999999999;&#128;", "\ufffd" * 4 + "€", "\ufffd" * 4 + "€"),
        ("&;&#;&#x;& &xyz;", "&;&#;&#x;& &xyz;", "&;&#;&#x;& &xyz;"),
    ],
)
def test_references_are_decoded_as_browsers_do(value: str, in_attribute: str, in_text: str) -> None:
    assert decode_references(value) == in_attribute
    assert decode_text(value) == in_text
