"""The namespaces of elements and attributes (Namespaces in XML 1.0)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .refusal import refuse

XLINK = b"http://www.w3.org/1999/xlink"
XSLT = b"http://www.w3.org/1999/XSL/Transform"
LIVE = frozenset(
    (
        b"http://www.w3.org/1999/xhtml",
        b"http://www.w3.org/2000/svg",
        b"http://www.w3.org/1998/Math/MathML",
    )
)
"""The namespaces whose elements browsers act upon."""

Namespaces = Mapping[bytes, bytes]
"""The namespaces that are declared, by prefix; b"" stands for no prefix."""

UNDECLARED: Namespaces = {b"xml": b"", b"": b""}
"""The namespaces outside of the root element."""


def declared_namespaces(attributes: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the namespaces that the attributes of a start tag declare, by prefix."""
    declared = {}
    for name, value in attributes.items():
        prefix, _, local = name.rpartition(b":")
        if name == b"xmlns":
            declared[b""] = value
        elif prefix == b"xmlns":
            declared[local] = value
        else:
            continue
        if b"&" in value or local == b"xml" or (prefix and (local == b"xmlns" or not value)):
            refuse("a namespace that is not plainly declared")
    return declared


def require_declared(names: Iterable[bytes], namespaces: Namespaces) -> None:
    """Refuse the document unless the prefix of each attribute's name is declared."""
    for name in names:
        prefix = name.rpartition(b":")[0]
        if prefix and prefix != b"xmlns":
            namespace_of(prefix, namespaces)


def namespace_of(prefix: bytes, namespaces: Namespaces) -> bytes:
    """Return the namespace that `prefix` stands for."""
    namespace = namespaces.get(prefix)
    if namespace is None:
        refuse(f"the prefix {prefix.decode('latin-1')!r}, which is not declared")
    return namespace
