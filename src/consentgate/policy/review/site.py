"""The `[site]` table: its date, and switches that leave something open."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from consentgate.policy.findings import PolicyFinding, PolicyParts
from consentgate.policy.lifetime import A_YEAR, lifetime_seconds
from consentgate.policy.messages import shown
from consentgate.policy.model import NECESSARY, NEVER, OBJECTABLE, Cookie, Service

NOTHING_IS_BLOCKED = "nothing is blocked, and what would be is counted"
"""What `report_only` means, in the words of the log."""

# An address of e-mail, a web address or path, or a number to call.
_ADDRESS = re.compile(r".+@.+|.*[^.\s]\.[^.\s].*|/.+|[^a-zA-Z]*(?:[0-9][^a-zA-Z]*){5,}")


def dates(policy: PolicyParts, today: datetime.date) -> Iterator[PolicyFinding]:
    """Yield a finding where visitors are told of no certain day, or of one that has not come yet."""
    updated = policy.site.updated
    if updated is None:
        yield PolicyFinding(
            "warning",
            "[site]",
            "updated",
            "visitors are told that the policy is from the day on which its file was last changed, which any "
            "deployment may change",
            f"Write the day of the last change, like updated = {today}",
        )
    elif updated > today:
        yield PolicyFinding(
            "error",
            "[site]",
            "updated",
            f"visitors are told that the policy is from {updated}, which is in the future",
            f"Write the day of the last change, like updated = {today}",
        )


def is_address(contact: str) -> bool:
    """Say whether visitors can write to a `contact`: it is an e-mail or web address."""
    return _ADDRESS.fullmatch(contact.strip()) is not None


def contact_without_address(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where visitors are told of nothing to write to."""
    if not is_address(policy.site.contact):
        yield PolicyFinding(
            "warning",
            "[site]",
            "contact",
            f"visitors cannot write to {shown(policy.site.contact)}",
            'Write an e-mail or web address, like contact = "privacy@example.org"',
        )


def regime_without_corner(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where pages lack what the law of the regime asks for on each of them."""
    if policy.banner.settings != "none":
        return
    exempt: tuple[Cookie | Service, ...] = (*policy.cookies, *policy.services)
    if policy.site.regime == "us":
        yield PolicyFinding(
            "warning",
            "[banner]",
            "settings",
            'pages lack the link "Do Not Sell or Share My Personal Information", which US states ask for',
            "Take the line out, or have such a link to the choices page on all pages of your own",
        )
    elif any(one.category == NECESSARY and one.reason in OBJECTABLE for one in exempt):
        yield PolicyFinding(
            "warning",
            "[banner]",
            "settings",
            "visitors cannot object on every page, as UK law asks for",
            "Take the line out, or have a form on all pages of your own that sends decision=object to the "
            "choices page",
        )


def asks_too_soon(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding where who said no to a part is asked about it sooner than US states let sites ask."""
    kept = policy.site.grants_kept
    if policy.site.regime == "us" and lifetime_seconds(kept) < lifetime_seconds(A_YEAR):
        yield PolicyFinding(
            "warning",
            "[site]",
            "keep_grants",
            f"who said yes to a part is asked about the rest after {kept}, and US states ask for {A_YEAR}",
            f"Write keep_grants = {shown(A_YEAR)} or more, or take the line out",
        )


def switches(policy: PolicyParts) -> Iterator[PolicyFinding]:
    """Yield a finding for each switch that is for the way to a complete policy, and not to end with."""
    site = policy.site
    if site.undeclared != NEVER:
        yield PolicyFinding(
            "warning",
            "[site]",
            "undeclared",
            f"consent to {shown(site.undeclared)} opens what visitors are told nothing of",
            'Declare what the log names, then take the line out: the default is "never"',
        )
    if site.report_only:
        yield PolicyFinding(
            "warning",
            "[site]",
            "report_only",
            NOTHING_IS_BLOCKED,
            "Declare what the log names, then take the line out",
        )
    if site.csp != "on":
        effect = "only reported" if site.csp == "report-only" else "not stopped"
        yield PolicyFinding(
            "warning",
            "[site]",
            "csp",
            f"what the scripts of your pages load from others is {effect} by browsers",
            'Take the line out: the default is "on"',
        )
    if not site.guard:
        yield PolicyFinding(
            "warning",
            "[site]",
            "guard",
            "the scripts of your pages can store what visitors have not consented to",
            "Take the line out: the default is true",
        )
