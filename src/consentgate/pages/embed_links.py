"""The links in the place of blocked embeds, on pages where nobody is asked."""

from __future__ import annotations

from functools import lru_cache

from consentgate.policy import Claim
from consentgate.texts import Texts

from .frames import page_of_embed
from .templating import Slotted, escaped

_MOST = 256


class EmbedLinks:
    """Writes the links in the language of `texts`. They need no server and no script."""

    def __init__(self, texts: Texts) -> None:
        self._words = texts.placeholder
        self._templates = {
            link: Slotted("placeholder_link.html", ("sentence", "url", "label"), texts=texts, link=link)
            for link in (False, True)
        }
        self.link = lru_cache(_MOST)(self._link)

    def _link(self, claim: Claim, url: str) -> bytes:
        """Return what stands in the place of an embed on which there is a `claim`: a sentence, and a link to
        the page on which the vendor shows what would have come from `url`. Where that is "" there is no
        link."""
        address = page_of_embed(url)
        sentence = self._words.elsewhere if claim.pages else self._words.never
        return self._templates[address != ""].fill(
            sentence=escaped(sentence.format(service=claim.name)),
            url=escaped(address),
            label=escaped(self._words.open.format(service=claim.name)),
        )
