"""Puts together what a visitor's browser would meet on each page, from what was read of its files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from .observations import State, Visit
from .responses.reading import Reading


def visits_of(readings: Iterable[Reading]) -> Iterator[Visit]:
    """Yield a visit to each page among `readings`, by somebody who has decided nothing.

    What its first-party style sheets and scripts load counts for the page.
    """
    pages, files = [], dict[str, Reading]()
    for reading in readings:
        if reading.kind == "page":
            pages.append(reading)
        elif reading.kind != "sitemap":
            files.setdefault(reading.url, reading)
    for page in pages:
        used = [*_files_of(page, files)]
        requests = (*page.requests, *(one for file in used for one in file.requests))
        services = (*page.services, *(one for file in used for one in file.services))
        cookies = (*page.cookies, *(one for file in used for one in file.cookies))
        yield Visit(
            page.url,
            State.UNDECIDED,
            page.status,
            tuple(dict.fromkeys(replace(one, page=page.url) for one in requests)),
            tuple(dict.fromkeys(replace(one, page=page.url) for one in cookies)),
            problem=page.problem,
            services=tuple(dict.fromkeys(replace(one, page=page.url) for one in services)),
        )


def _files_of(page: Reading, files: Mapping[str, Reading]) -> Iterator[Reading]:
    """Yield the files that a page loads, with those that these import, each once."""
    waiting, known = [page], {page.url}
    while waiting:
        for linked in waiting.pop().linked:
            file = files.get(linked.url)
            if linked.kind != "page" and file is not None and linked.url not in known:
                known.add(linked.url)
                waiting.append(file)
                yield file
