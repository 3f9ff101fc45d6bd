"""The two-letter codes of languages (ISO 639-1)."""

from __future__ import annotations

_TWO_LETTERS = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id
ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu
lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu
rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to
tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
# All of ISO 639-1, and older codes. Codes of three letters (ISO 639-3) are not checked: there are 8,000.
_CODES = frozenset((*_TWO_LETTERS.split(), "iw", "in", "ji", "jw", "mo"))


def is_unknown_language(tag: str) -> bool:
    """Say whether a language `tag` begins with a two-letter code that no language has."""
    code = tag.replace("_", "-").partition("-")[0].lower()
    return len(code) == 2 and code not in _CODES
