"""Writes who is behind which host into the package, as `catalogue/domains.csv`, from facts in a folder.

    python tools/refresh_catalogue.py FOLDER            # writes, and prints what changed
    python tools/refresh_catalogue.py FOLDER --check    # writes nothing, and fails where something changed

FOLDER has `domains.csv`, reduced to domain, entity and category, and a `README.md` whose row for it says
which version of third-party-web it is from, and under which licence. Another licence, other columns or
categories, and counts that fell or grew a lot stop it: somebody has to look first.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from consentgate.catalogue import UrlPattern

CATALOGUE = Path(__file__).resolve().parents[1] / "src" / "consentgate" / "catalogue"

COLUMNS = ["domain", "entity", "category"]
CATEGORIES = frozenset(
    (
        *("ad", "analytics", "cdn", "consent-provider", "content", "customer-success", "hosting"),
        *("marketing", "other", "social", "tag-manager", "utility", "video"),
    )
)
"""What third-party-web says that companies do: policy/advice/proposals.py reads meaning into some of it."""

LARGEST_CHANGE = 0.05
"""The share by which a count may change. The list moves slowly: more is a mistake, or news."""

_LICENCE = "MIT, © 2019 Patrick Hulce"
_SOURCE = re.compile(
    r"^\| `domains\.csv` \|.*\| third-party-web (?P<version>\d+(?:\.\d+)+) \(npm\), (?P<licence>.*)$"
)
_IN_NOTICE = re.compile(r"third-party-web \d+(?:\.\d+)+ \(npm\)")


class Unexpected(Exception):
    """The facts are not what the package can take. Says what, where and what to do."""


class Row(NamedTuple):
    """A host pattern, the company behind it, and what that does."""

    domain: str
    entity: str
    category: str


class Facts(NamedTuple):
    """What a folder has: the version of third-party-web, and its rows."""

    version: str
    rows: tuple[Row, ...]


def read(folder: Path) -> Facts:
    """Return the facts in `folder`, sorted. Raises Unexpected where licence, columns or a row are not as they
    were."""
    return Facts(_version(folder / "README.md"), tuple(sorted(_rows(folder / "domains.csv"), key=_sort_key)))


def _version(readme: Path) -> str:
    lines = readme.read_text("utf-8").splitlines()
    source = next(filter(None, map(_SOURCE.match, lines)), None)
    if source is None:
        raise Unexpected(
            f"{readme.name}: expected a row that says where domains.csv is from, as third-party-web"
        )
    if not source["licence"].startswith(_LICENCE):
        raise Unexpected(
            f"{readme.name}: domains.csv was under {_LICENCE}, and is now under {source['licence']!r}. "
            "Read the licence; if its facts may ship, change it here and in NOTICE.md"
        )
    return source["version"]


def _rows(file: Path) -> Iterator[Row]:
    with file.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        columns = next(reader, [])
        if columns != COLUMNS:
            raise Unexpected(f"{file.name}: expected the columns {COLUMNS}, not {columns}")
        seen: set[str] = set()
        for values in reader:
            place = f"{file.name}, line {reader.line_num}"
            if len(values) != len(COLUMNS) or not all(values):
                raise Unexpected(f"{place}: expected a text in each of {COLUMNS}, not {values}")
            row = Row(*values)
            if row.category not in CATEGORIES:
                raise Unexpected(
                    f"{place}: {row.category!r} is a new category. Say in CATEGORIES that it is known, and "
                    "in policy/advice/proposals.py whether it says what a service is for"
                )
            try:
                UrlPattern.parse(row.domain)
            except ValueError as error:
                raise Unexpected(f"{place}: {error}, not {row.domain!r}") from None
            if row.domain in seen:
                raise Unexpected(f"{place}: {row.domain!r} stands there twice")
            seen.add(row.domain)
            yield row


def _sort_key(row: Row) -> tuple[str, bool]:
    return row.domain.removeprefix("*."), row.domain.startswith("*.")


def compare_counts(old: Iterable[Row], new: Iterable[Row]) -> None:
    """Raise Unexpected where there are far more or fewer domains or companies than before."""
    before, after = [*old], [*new]
    for what, was, now in (
        ("domains", len(before), len(after)),
        ("companies", len({row.entity for row in before}), len({row.entity for row in after})),
    ):
        if abs(now - was) > was * LARGEST_CHANGE:
            raise Unexpected(
                f"domains.csv: there were {was} {what}, and there are {now}: over {LARGEST_CHANGE:.0%} more "
                "or fewer. Look at what changed; if it is right, raise LARGEST_CHANGE for this once"
            )


def written(rows: Iterable[Row]) -> str:
    """Return the text of a `domains.csv` with these rows."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *rows])
    return text.getvalue()


def changes(old: Iterable[Row], new: Iterable[Row]) -> Iterator[str]:
    """Yield a line for each row that goes (-) or comes (+)."""
    before, after = {*old}, {*new}
    for row in sorted(before ^ after, key=lambda row: (_sort_key(row), row in after)):
        yield f"{'+' if row in after else '-'} {', '.join(row)}"


def refresh(folder: Path, catalogue: Path, *, check: bool) -> list[str]:
    """Write the facts of `folder` into the files of `catalogue`, or only `check` them. Return a line for each
    difference."""
    facts = read(folder)
    data, notice = catalogue / "domains.csv", catalogue / "NOTICE.md"
    old = tuple(_rows(data))
    compare_counts(old, facts.rows)
    source = f"third-party-web {facts.version} (npm)"
    said = notice.read_text("utf-8")
    if _IN_NOTICE.search(said) is None:
        raise Unexpected(
            "NOTICE.md: expected it to name the version of third-party-web that domains.csv is from"
        )
    new_notice = _IN_NOTICE.sub(source, said)
    found = [*changes(old, facts.rows), *([f"+ {source}"] if new_notice != said else [])]
    if not found and data.read_text("utf-8") != written(facts.rows):
        found.append("domains.csv has the same rows, written in another way")
    if not check:
        data.write_text(written(facts.rows), "utf-8", newline="\n")
        notice.write_text(new_notice, "utf-8", newline="\n")
    return found


def main(arguments: list[str] | None = None, *, catalogue: Path = CATALOGUE) -> int:
    """Do what the command line says, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="where domains.csv and its README.md are")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where anything changed")
    options = parser.parse_args(arguments)
    try:
        found = refresh(options.folder, catalogue, check=options.check)
    except (Unexpected, OSError) as error:
        print(f"refresh_catalogue: {error}", file=sys.stderr)
        return 2
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if options.check and found else 0


if __name__ == "__main__":
    sys.exit(main())
