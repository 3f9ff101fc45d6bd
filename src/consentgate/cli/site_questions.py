"""Options and questions about the site, for the commands that write a policy."""

from __future__ import annotations

import datetime
import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click
import msgspec

from consentgate.drafting.site import SiteAnswers
from consentgate.policy import Policy, PolicyError, Site
from consentgate.policy.messages import shown
from consentgate.policy.review.site import is_address

_CONTACT = "expected an e-mail or web address, like privacy@example.org"


@dataclass(frozen=True, slots=True)
class SiteOptions:
    """What the options of a command say of a site. `yes` is not to ask for the rest."""

    name: str | None
    controller: str | None
    contact: str | None
    languages: tuple[str, ...]
    hosts: tuple[str, ...]
    yes: bool


_OPTIONS: tuple[Callable[[Callable[..., None]], Callable[..., None]], ...] = (
    click.option("--name", help="What the site is called."),
    click.option("--controller", help="Who answers for the site: your company, or you."),
    click.option("--contact", help="Where visitors can write to: an e-mail or web address."),
    click.option(
        "--language",
        "languages",
        multiple=True,
        metavar="TAG",
        help="A language of the site, the main one first.",
    ),
    click.option(
        "--host", "hosts", multiple=True, metavar="HOST", help="A host of the site's own, or a CDN's."
    ),
    click.option("--yes", "-y", is_flag=True, help="Ask nothing."),
)


def site_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a `command` the options for what is to be known of a site, which it takes as `site`."""

    @functools.wraps(command)
    def with_site(
        name: str | None,
        controller: str | None,
        contact: str | None,
        languages: tuple[str, ...],
        hosts: tuple[str, ...],
        yes: bool,
        **others: Any,
    ) -> None:
        site = SiteOptions(name, controller, contact, languages, hosts, yes)
        command(site=site, **others)

    return functools.reduce(lambda given, option: option(given), reversed(_OPTIONS), with_site)


def is_terminal() -> bool:
    """Say whether somebody can be asked."""
    return sys.stdin.isatty()


def ask_for_site(
    site: SiteOptions, *, likely_name: str = "", likely_languages: Sequence[str] = ()
) -> SiteAnswers:
    """Return what is known of the site, and ask on a terminal for what no option says.

    A wrong answer is asked for again. Raises UsageError where nobody can be asked, and names the missing
    options; ClickException where an option is wrong.
    """
    asks = not site.yes and is_terminal()
    _check_options(site.languages, site.hosts)
    if site.contact and not is_address(site.contact):
        raise click.ClickException(f"--contact: {_CONTACT}, not {shown(site.contact)}")
    name, controller, contact = site.name, site.controller, site.contact
    known = [*site.languages] or [*likely_languages] or ["en"]
    if asks:
        name = name or click.prompt("What is the site called?", default=likely_name or None)
        controller = controller or click.prompt(
            "Who answers for it? (your company, or you; visitors read it)"
        )
        contact = contact or click.prompt(
            "Where can visitors write to? (an e-mail or web address)", value_proc=_read_contact
        )
        if not site.languages:
            known = click.prompt(
                "Which languages is it in? (the main one first)",
                default=", ".join(known),
                value_proc=_read_languages,
            )
    name = name or likely_name
    given = {"--name": name, "--controller": controller, "--contact": contact}
    missing = [option for option, value in given.items() if not value]
    if missing or not (name and controller and contact):
        raise click.UsageError(
            f"missing: {', '.join(missing)}. Only you know; on a terminal, without --yes, you are asked"
        )
    today = datetime.datetime.now(datetime.UTC).date()
    return SiteAnswers(name, controller, contact, tuple(known), site.hosts, today)


def _check_options(languages: Sequence[str], hosts: Sequence[str]) -> None:
    """Check what options say. Raises ClickException, which names the option."""
    languages = languages or ("en",)
    for option, key, values in (("--language", "languages", languages), ("--host", "hosts", hosts)):
        if expected := _wrong(key, values):
            raise click.ClickException(f"{option}: {expected}")


def _read_contact(answer: str) -> str:
    if not is_address(answer):
        raise click.UsageError(_CONTACT)
    return answer.strip()


def _read_languages(answer: str) -> list[str]:
    tags = [tag.strip() for tag in answer.split(",") if tag.strip()]
    if expected := _wrong("languages", tags):
        raise click.UsageError(expected)
    return tags


def _wrong(key: str, values: Sequence[str]) -> str:
    """Say what a policy expects in this `key` of `[site]`; "" where the `values` are that."""
    site = Site(name="Site", controller="Owner", contact="privacy@example.org")
    try:
        Policy(msgspec.structs.replace(site, **{key: tuple(values)}))
    except PolicyError as error:
        return error.mistakes[0].expected
    return ""
