"""What a placeholder gives back is what the site's own page had in it, for that host, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consentgate.consent.embed import Embed, SignedEmbeds

OLD, NEW = "the old key of the tests", "the new key of the tests"
FILM = Embed("https://films.example/1?a=b", "films", (("title", "Ein Film ☃"), ("allowfullscreen", "")))
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts, st.lists(st.tuples(texts, texts)))
def test_what_was_signed_is_read(url: str, service: str, attributes: list[tuple[str, str]]) -> None:
    signer, embed = SignedEmbeds([NEW]), Embed(url, service, tuple(attributes))
    assert signer.read(signer.sign(embed, "www.example.org"), "www.example.org") == embed


def test_every_changed_character_fails() -> None:
    signer = SignedEmbeds([NEW])
    signed = signer.sign(FILM, "www.example.org")
    for place, character in enumerate(signed):
        for other in "Aa-.é\n":
            if other != character:
                changed = signed[:place] + other + signed[place + 1 :]
                assert signer.read(changed, "www.example.org") is None
    for other in ("", ".", signed[:-1], signed + "A", signed + "=", " " + signed):
        assert signer.read(other, "www.example.org") is None


def test_it_is_for_one_host_and_every_key_that_is_known() -> None:
    signed = SignedEmbeds([OLD]).sign(FILM, "www.example.org")
    assert SignedEmbeds([OLD, NEW]).read(signed, "www.example.org") == FILM
    assert SignedEmbeds([NEW]).read(signed, "www.example.org") is None
    assert SignedEmbeds([OLD]).read(signed, "example.org") is None


def test_the_same_frame_gives_the_same_bytes() -> None:
    assert len({SignedEmbeds([OLD, NEW]).sign(FILM, "www.example.org") for _ in range(3)}) == 1
