"""The report as a page of HTML that holds all it shows: it contacts nobody."""

from __future__ import annotations

import base64
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from consentgate.audit.absolute_urls import host_of
from consentgate.audit.judging.rules import IN_WORDS
from consentgate.policy import own_hosts

from .report import Report
from .timeline import bars


def as_page(report: Report) -> str:
    """Write the findings, the pictures of each state and the line of time of each page."""
    own = own_hosts(report.hosts, host_of(report.tour.url))
    return _template().render(
        report=report,
        in_words=IN_WORDS,
        bars=lambda visit: [*bars(visit, own)],
        picture=lambda data: f"data:image/jpeg;base64,{base64.b64encode(data).decode('ascii')}",
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(__package__, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")
