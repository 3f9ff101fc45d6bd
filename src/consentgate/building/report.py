"""The report of a build: what was removed, by service and by page, and how to declare it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from consentgate.web.file_types import file_type

from .declarations import declarations
from .findings import GOING, WORDS, Found
from .manifest import Entry
from .site import BuiltSite

_MOST_SHOWN = 20


class Party(msgspec.Struct, frozen=True):
    """A third party that the site no longer contacts.

    `service` is its id, "" where nobody knows one. `kinds` has the number of things of each kind, and `pages`
    the number of files that they were found in. `declare` is the TOML that would let them pass.
    """

    name: str
    service: str
    hosts: tuple[str, ...]
    kinds: dict[str, int]
    pages: int
    declare: str

    @property
    def count(self) -> int:
        """The number of things that were found."""
        return sum(self.kinds.values())


@dataclass(frozen=True)
class Report:
    """The report on a build: what was `found`, by the path of the file, and the `parties` that would have
    been contacted, the most frequent first.

    `pages` and `files` count what is there now, `new` what was written this time, and `gone` what was
    removed."""

    pages: int
    files: int
    new: int
    gone: int
    found: Mapping[str, tuple[Found, ...]]
    parties: tuple[Party, ...] = field(default=())

    @property
    def is_closed(self) -> bool:
        """True where nothing had to go: the site was closed already."""
        return not any(one.what in GOING for found in self.found.values() for one in found)

    def lines(self, *, is_check: bool = False) -> Iterator[str]:
        """Yield the lines of a short report for a terminal. With `is_check` nothing was written, and the
        report says what would be."""
        others = self.files - self.pages
        if self.is_closed:
            verdict = "Nothing has to go."
        elif is_check:
            verdict = "This would contact others, and has to go or to be stopped:"
        else:
            verdict = "This contacted others, and is gone or stopped:"
        yield (
            f"Pages: {self.pages}. Other files: {others}. Written now: {self.new}. Removed: {self.gone}. "
            f"{verdict}"
        )
        for party in self.parties[:_MOST_SHOWN]:
            kinds = ", ".join(f"{count} x {kind}" for kind, count in party.kinds.items())
            yield f"  {party.name}: {kinds}, in {party.pages} {'file' if party.pages == 1 else 'files'}"
        more = len(self.parties) - _MOST_SHOWN
        if more > 0:
            yield f"  and {more} more, which a report in a file has"
        for path, found in self.found.items():
            for one in found:
                if one.why:
                    line = f":{one.line}" if one.line else ""
                    yield f"{path}{line}: {WORDS[one.what]}: {one.why}"

    def json(self) -> bytes:
        """Write the report as JSON."""
        report: dict[str, Any] = {
            "pages": self.pages,
            "files": self.files,
            "new": self.new,
            "gone": self.gone,
            "parties": [{**msgspec.to_builtins(party), "count": party.count} for party in self.parties],
            "found": [
                {"path": path, **{name: getattr(one, name) for name in one.__struct_fields__}}
                for path, found in self.found.items()
                for one in found
            ],
        }
        return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"

    def html(self) -> bytes:
        """Write the report as a page, which loads nothing."""
        return (
            _environment()
            .get_template("report.html")
            .render(report=self, words=WORDS)
            .encode("utf-8", "replace")
        )


def report_of(
    site: BuiltSite, files: Mapping[str, Entry], skipped: Mapping[str, str], *, new: int, gone: int
) -> Report:
    """Return the report on a `site` with these `files`, some of which were `skipped` for a reason."""
    copies = {path for path, entry in files.items() if _is_copy(path, entry, files)}
    found = {path: entry.found for path, entry in files.items() if entry.found and path not in copies}
    found |= {path: (Found("skipped", why=why),) for path, why in skipped.items()}
    found = dict(sorted(found.items()))
    return Report(
        pages=sum(entry.is_page and entry.output != "" for entry in files.values()),
        files=sum(entry.output != "" for entry in files.values()),
        new=new,
        gone=gone,
        found=found,
        parties=tuple(_parties(site, found)),
    )


def _is_copy(path: str, entry: Entry, files: Mapping[str, Entry]) -> bool:
    """Say whether the file at `path` is a compressed copy of another, in which the same was found."""
    _, coding = file_type(path.rpartition("/")[2])
    plain = files.get(path.rpartition(".")[0]) if coding else None
    return plain is not None and plain.found == entry.found


def _parties(site: BuiltSite, found: Mapping[str, Iterable[Found]]) -> list[Party]:
    going = [(path, one) for path, several in found.items() for one in several if one.what in GOING]
    lines = declarations((one for _, one in going), site.policy)
    by_key: dict[str, list[tuple[str, Found]]] = {}
    for path, one in going:
        if key := one.service or one.host:
            by_key.setdefault(key, []).append((path, one))
    parties = [
        Party(
            name=several[0][1].name,
            service=several[0][1].service,
            hosts=tuple(dict.fromkeys(one.host for _, one in several if one.host)),
            kinds=dict(sorted(Counter(one.kind for _, one in several).items())),
            pages=len({path for path, _ in several}),
            declare=lines.get(key, ""),
        )
        for key, several in by_key.items()
    ]
    return sorted(parties, key=lambda party: (-party.count, party.name))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("consentgate.building"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
