"""Recognises the scripts of services by how the page loads them, wherever the files are kept.

Many sites serve a tracker's script from an address of their own, through a proxy or a tag gateway, and so
past every list of hosts. The file's name, an id in its query, or the attributes that it reads from its own
element still give it away.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from .model import KnownService, ScriptSignature
from .path_index import may_have_word, words_in
from .patterns import Glob


class ScriptFileIndex:
    """Finds the service whose script an element loads. Of several the first one in the data file counts."""

    __slots__ = ("_signatures", "_words", "attributes", "ids", "paths")

    def __init__(self, services: Iterable[KnownService]) -> None:
        known = [(signature, service) for service in services for signature in service.scripts]
        self._signatures = tuple(
            (Glob(signature.path) if signature.path else None, signature, service)
            for signature, service in known
        )
        self.attributes = frozenset(signature.attribute for signature, _ in known if signature.attribute)
        """The names of the attributes (lowercase) that may give a script away."""
        self.ids = tuple(dict.fromkeys(signature.id.pattern for signature, _ in known if signature.id))
        """Regular expressions for the `id` in a query that may give a script away."""
        self.paths = tuple(signature.path for signature, _ in known if signature.path)
        """The globs for the paths that may give a script away."""
        self._words = words_in(self.paths)

    def may_be_in(self, url: str, names: Iterable[str]) -> bool:
        """Say whether `service_of` may know the script at `url`, whatever escapes are in it, of an element
        with attributes of these `names`."""
        return (
            "id=" in url
            or not self.attributes.isdisjoint(names)
            or may_have_word(url.partition("?")[0], self._words)
        )

    def service_of(self, path: str, query: str, attributes: Mapping[str, str]) -> KnownService | None:
        """Return the service whose script an element with these `attributes` loads from a URL with this
        `path` and `query`, or None."""
        id = _id_in(query)
        for glob, signature, service in self._signatures:
            if (
                (glob is None or glob.matches(path))
                and (signature.id is None or signature.id.fullmatch(id))
                and (not signature.attribute or _has(attributes, signature))
            ):
                return service
        return None


def _has(attributes: Mapping[str, str], signature: ScriptSignature) -> bool:
    value = attributes.get(signature.attribute)
    return value is not None and signature.value.fullmatch(value.strip()) is not None


_ID = re.compile(r"(?:^|&)id=([^&]*+)")


def _id_in(query: str) -> str:
    found = _ID.search(query)
    return unquote(found[1]) if found else ""
