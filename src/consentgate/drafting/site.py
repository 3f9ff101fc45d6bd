"""The `[site]` and `[declaration]` tables of a draft."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from consentgate.policy.claims.first_party import registrable_domain

from .toml import array, comment, quoted

_WIDTH = 46


@dataclass(frozen=True, slots=True)
class SiteAnswers:
    """What only its makers can say of a site. `hosts` are its own, where they are known, and `asked_host` is
    one on which its pages were seen."""

    name: str
    controller: str
    contact: str
    languages: tuple[str, ...] = ("en",)
    hosts: tuple[str, ...] = ()
    updated: datetime.date | None = None
    privacy_url: str = ""
    keep_grants: str = ""
    asked_host: str = ""

    @property
    def host(self) -> str:
        """The host that the site's pages most likely are on; "" where nothing tells."""
        if self.hosts:
            return self.hosts[0].removeprefix("*.")
        if self.asked_host:
            return self.asked_host
        return self.contact.rpartition("@")[2].strip().lower() if "@" in self.contact else ""


def site_table(answers: SiteAnswers) -> Iterator[str]:
    """Yield the lines of the `[site]` table, each with what it is for."""
    yield "[site]"
    yield _line("name", quoted(answers.name), "what visitors read")
    yield _line("controller", quoted(answers.controller), "who answers for the site; the banner says so")
    yield _line("contact", quoted(answers.contact), "an e-mail or web address, for visitors")
    yield _line("languages", array(answers.languages), "the main one first")
    if answers.updated:
        yield _line(
            "updated", answers.updated.isoformat(), "visitors are told that the policy is from this day"
        )
    if answers.privacy_url:
        yield _line("privacy_url", quoted(answers.privacy_url), "the banner links to it")
    else:
        yield f"# {_line('privacy_url', quoted('/privacy'), 'your privacy policy: the banner links to it')}"
    if answers.keep_grants:
        yield _line("keep_grants", quoted(answers.keep_grants), "then visitors are asked again")
    if answers.hosts:
        yield _line("hosts", array(answers.hosts), "the site itself")
    else:
        domain = answers.host or "example.org"
        yield comment(
            "All hosts of the domain that is visited count as the site itself. To name them, with a CDN or"
        )
        yield comment("bucket that nobody but this site uses:")
        # An address has no hosts below it, nor has localhost.
        below = (f"*.{domain}",) if registrable_domain(domain) else ()
        yield comment(f"hosts = {array((domain, *below, 'our-bucket.cdn.example'))}")
    yield comment(
        "On a site that has visitors, start with this: nothing is blocked, and the log says what would be."
    )
    yield comment("report_only = true")


def declaration_table() -> Iterator[str]:
    """Yield the lines of the `[declaration]` table, whose answers only the site's makers have."""
    yield "[declaration]"
    yield comment("What the page /_privacy/declaration has to say by law, and only you know:")
    for key, value, purpose in (
        ("dpo", "none", 'how to reach your data protection officer; "none" if you have none'),
        ("authority", "...", "the supervisory authority that visitors can complain to"),
        ("transfers", "none", "which data leave the European Economic Area, and on what grounds"),
    ):
        yield f"# {_line(key, quoted(value), purpose)}"


def _line(key: str, value: str, purpose: str) -> str:
    return f"{f'{key} = {value}':<{_WIDTH}} # {purpose}"
