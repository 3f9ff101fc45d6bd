"""Crawls the site that a command is about: its options, and what is said of the crawl."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentgate.policy.messages import counted, missing_extra, shown

from .inventory_table import listed
from .progress_bar import ProgressLine

if TYPE_CHECKING:
    from consentgate.audit.crawl.crawler import Crawler
    from consentgate.audit.responses.address import Address, Site

_STATE = click.Path(dir_okay=False, path_type=Path)
_STOPPED = 130
"""The exit code of what was stopped by Ctrl-C, as shells have it."""

_OPTIONS: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
    click.option("--also", multiple=True, metavar="HOST", help="Another host to go on to. May be repeated."),
    click.option(
        "--pages", type=click.IntRange(1), default=200, show_default=True, help="The most pages to ask for."
    ),
    click.option(
        "--depth",
        type=click.IntRange(0),
        default=10,
        show_default=True,
        help="How far from the first page to go.",
    ),
    click.option(
        "--alike",
        type=click.IntRange(1),
        default=25,
        show_default=True,
        help="The most pages whose addresses are alike.",
    ),
    click.option(
        "--rate",
        type=click.FloatRange(0, 50, min_open=True),
        default=2.0,
        show_default=True,
        help="The most requests a second.",
    ),
    click.option("--user-agent", default="", help="What the crawler calls itself."),
    click.option("--keep-cookies", is_flag=True, help="Send the site's cookies back, from page to page."),
    click.option("--state", type=_STATE, help="Keep here what was read; the same command goes on from it."),
)


@dataclass(frozen=True, slots=True)
class Crawl:
    """How a site is to be crawled, as the options say."""

    also: tuple[str, ...]
    pages: int
    depth: int
    alike: int
    rate: float
    user_agent: str
    keep_cookies: bool
    state: Path | None


def crawl_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a `command` the options of a crawl, which it takes as `crawl`."""

    @functools.wraps(command)
    def with_crawl(
        also: tuple[str, ...],
        pages: int,
        depth: int,
        alike: int,
        rate: float,
        user_agent: str,
        keep_cookies: bool,
        state: Path | None,
        **others: Any,
    ) -> None:
        crawl = Crawl(also, pages, depth, alike, rate, user_agent, keep_cookies, state)
        command(crawl=crawl, **others)

    return functools.reduce(lambda given, option: option(given), reversed(_OPTIONS), with_crawl)


def address_of(url: str) -> Address:
    """Return the address at which a crawl begins. Raises UsageError where `url` is none."""
    from consentgate.audit.responses.address import address

    start = address(url)
    if start is None:
        raise click.UsageError(
            "expected an address with http:// or https:// in front, like https://example.org/, "
            f"not {shown(url)}"
        )
    return start


def crawled(start: Address, hosts: tuple[str, ...], wish: Crawl, *, quiet: bool = False) -> Crawler:
    """Crawl the site from `start`, whose own `hosts` are those of a policy, and return what came of it.

    Raises ClickException where nothing could be read, or not all.
    """
    try:
        from consentgate.audit.crawl.crawler import Crawler
        from consentgate.audit.crawl.fetching import Fetcher
        from consentgate.audit.crawl.frontier import Bounds
        from consentgate.audit.crawl.journal import Begun, Journal, NotThatCrawl
        from consentgate.audit.crawl.pace import Pace, TooBusy
        from consentgate.audit.responses.reading import ResponseReader
    except ModuleNotFoundError as error:
        raise click.ClickException(missing_extra("scan", str(error.name))) from None
    sites = [start.site, *(_site(name) for name in wish.also)]
    begun = Begun(str(start), tuple(sorted({*map(str, sites)})))
    agent = wish.user_agent or f"consentgate/{version('consentgate')} (scan)"
    with Fetcher(agent, keeps_cookies=wish.keep_cookies) as fetcher:
        crawler = Crawler(
            start,
            sites,
            fetcher,
            ResponseReader(hosts),
            Bounds(wish.pages, wish.depth, wish.alike),
            Pace(1 / wish.rate),
            journal=Journal(wish.state, begun) if wish.state else None,
        )
        try:
            with ProgressLine(quiet=quiet) as progress:
                for reading in crawler.run():
                    frontier = crawler.frontier
                    progress.tell(
                        f"{counted(frontier.asked, 'page')} asked for, "
                        f"{frontier.waiting} waiting: {reading.url}"
                    )
        except KeyboardInterrupt:
            click.echo(f"Stopped. {_goes_on(wish)}", err=True)
            raise SystemExit(_STOPPED) from None
        except TooBusy as error:
            raise click.ClickException(f"{start}: {error}. {_goes_on(wish)}") from None
        except NotThatCrawl as error:
            raise click.ClickException(f"{wish.state}: {error}") from None
        except OSError as error:
            raise click.ClickException(f"{wish.state}: {error.strerror}") from None
    _check(crawler)
    return crawler


def _site(name: str) -> Site:
    from consentgate.audit.responses.address import Site

    try:
        return Site.parse(name)
    except ValueError as error:
        raise click.ClickException(f"--also: {error}, not {shown(name)}") from None


def _goes_on(wish: Crawl) -> str:
    if wish.state is not None:
        return f"The same command goes on from {wish.state}"
    return "With --state FILE, a scan can go on where it was stopped"


def _check(crawler: Crawler) -> None:
    """Raise ClickException where no page could be read."""
    pages = [one for one in crawler.readings if one.kind == "page"]
    if any(200 <= one.status < 300 for one in pages):
        return
    start = str(crawler.start)
    why = crawler.unreachable.get(crawler.start.site)
    if why is not None and not why.startswith("status "):
        # It says nothing of the site's robots.txt: any other address there would be no better.
        raise click.ClickException(f"{start}: {why}")
    if why is not None:
        raise click.ClickException(
            f"{start}: its robots.txt cannot be read now ({why}), which "
            "forbids crawlers everything (RFC 9309, section 2.3.1.4)"
        )
    if start in crawler.disallowed:
        raise click.ClickException(
            f"{start}: robots.txt keeps crawlers out. If the site is yours, allow the user agent consentgate "
            "there"
        )
    first = next((one for one in pages if one.url == start), None)
    if first is None or not first.status:
        raise click.ClickException(f"{start}: {first.problem if first else 'it was not read'}")
    redirect = next((one.url for one in first.requests if one.kind == "redirect"), None)
    if redirect is not None:
        raise click.ClickException(f"{start}: leads to {redirect}. Scan that, or name its host with --also")
    raise click.ClickException(f"{start}: answers with status {first.status}")


def doubts(crawler: Crawler) -> Iterator[str]:
    """Yield a warning for each reason why the crawl may not have seen all."""
    pages = [one for one in crawler.readings if one.kind == "page"]
    if any(one.is_gated for one in pages):
        yield (
            "a gate stands before the site, and what it blocks cannot be seen from outside. Scan it with "
            "report_only = true in its policy, or merge what the gate has found with --from-findings"
        )
    if crawler.disallowed:
        number = len(crawler.disallowed)
        addresses = f"{number} address{'' if number == 1 else 'es'}"
        yield f"robots.txt keeps crawlers out of {addresses}: {listed(crawler.disallowed)}"
    for site, why in crawler.unreachable.items():
        yield f"{site}: robots.txt cannot be read ({why}), so nothing else was"
    missing = [one.url for one in pages if one.status == 0]
    if missing:
        yield f"{counted(len(missing), 'page')} could not be read: {listed(missing)}"
    failed = [f"{one.url} ({one.status})" for one in pages if one.status >= 400]
    if failed:
        yield f"{counted(len(failed), 'page')} came with an error: {listed(failed)}"
    cut = [one.url for one in crawler.readings if one.is_cut]
    if cut:
        yield f"of {counted(len(cut), 'response')} only the beginning was read: {listed(cut)}"
    left_out = crawler.frontier.left_out
    if left_out:
        shapes = listed(shape for shape, _ in left_out.most_common())
        yield f"{counted(left_out.total(), 'link')} left out, to pages like those that were read: {shapes}"
    if crawler.frontier.beyond:
        yield f"{counted(crawler.frontier.beyond, 'page')} left for want of --pages"
    broken = [f"{one.url}: {one.problem}" for one in pages if one.problem and one.status]
    if broken:
        yield f"not all could be read of {listed(broken, 3)}"
