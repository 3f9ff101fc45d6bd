"""The templates, and a quick way to fill those that every response needs."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import escape

REPLACEABLE = ("banner.html", "choices.html", "page.html")
"""The templates that a site may replace by its own."""


@cache
def environment(folder: str = "") -> Environment:
    """Return the environment of all templates, with a site's own ones in `folder` in the place of ours.

    Everything is escaped, and nothing may be missing. A site's templates find ours as "consentgate/...". They
    reach no code but Jinja's own: whoever may change a policy may not be one who may run programs.
    """
    ours = PackageLoader("consentgate.pages")
    own = [FileSystemLoader(folder)] if folder else []
    return (ImmutableSandboxedEnvironment if folder else Environment)(
        loader=ChoiceLoader([*own, ours, PrefixLoader({"consentgate": ours})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # To look for changes would make an event loop wait for the disk. These files do not change.
        auto_reload=False,
    )


@cache
def digest_of(folder: str) -> str:
    """Return a digest of the files in `folder`, "" without a folder: pages change with them."""
    if not folder:
        return ""
    digest = hashlib.sha256()
    for name in FileSystemLoader(folder).list_templates():
        content = Path(folder, name).read_bytes()
        digest.update(f"{len(name)} {name} {len(content)} ".encode("utf-8", "surrogateescape") + content)
    return digest.hexdigest()


def escaped(value: str) -> bytes:
    """Return `value` as it may stand in text and in quoted attributes, in ASCII."""
    return str(escape(value)).encode("ascii", "xmlcharrefreplace")


def attribute(name: str, value: str) -> bytes:
    """Return an attribute with a space before it, nothing where there is no `value`."""
    return b' %s="%s"' % (name.encode(), escaped(value)) if value else b""


def json_attribute(name: str, json: str) -> bytes:
    """Return an attribute with a text that is full of double quotes, nothing where there is none."""
    value = json.replace("&", "&amp;").replace("'", "&#39;").encode("ascii", "xmlcharrefreplace")
    return b" %s='%s'" % (name.encode(), value) if json else b""


class Slotted:
    """A template that is rendered once, except for some slots. Filling these costs a join, not a rendering.

    The result is ASCII and has character references for the rest, because it goes into pages of any charset.
    """

    def __init__(self, template: str, slots: tuple[str, ...], folder: str = "", **context: Any) -> None:
        # The marks are random, so that no text of a policy can contain one, and nothing in them gets escaped.
        mark = secrets.token_hex(16)
        marks = {name: f"{mark}-{number}-{mark}" for number, name in enumerate(slots)}
        text = environment(folder).get_template(template).render(**context, **marks)
        text = re.sub(r"\n\s*", "\n", text).strip()
        parts = re.split(f"{mark}-([0-9]+)-{mark}", text)
        self._fixed = [part.encode("ascii", "xmlcharrefreplace") for part in parts[::2]]
        self._slots = [slots[int(number)] for number in parts[1::2]]

    def fill(self, **values: bytes) -> bytes:
        """Return the template with `values` (already escaped) in its slots."""
        filled = [self._fixed[0]]
        for slot, fixed in zip(self._slots, self._fixed[1:], strict=True):
            filled += (values[slot], fixed)
        return b"".join(filled)
