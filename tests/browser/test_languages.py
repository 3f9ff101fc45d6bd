"""A page is spoken to in its own language, and so is what its links lead to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from consentgate import Gate, Policy
from consentgate.texts import texts
from consentgate.wsgi import ConsentMiddleware

from .engine import in_firefox_at_length
from .servers import Site
from .visit import Visitor

pytestmark = [pytest.mark.browser, in_firefox_at_length]

POLICY = """
[site]
name = "News"
controller = "News Ltd"
contact = "privacy@news.example"
languages = ["en", "ar"]

[[service]]
id = "stats"
name = "Stats"
category = "performance"
hosts = ["stats.example"]
"""
ARABIC = texts("ar")


def page(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    return [b'<!doctype html><html lang="ar-EG" dir="rtl"><head><title>x</title></head><body><p>x</p>']


@pytest.mark.parametrize("javascript", [True, False])
def test_an_arabic_page_asks_in_arabic_and_leads_to_details_in_it(
    serve: Callable[..., Site], new_visitor: Callable[..., Visitor], javascript: bool
) -> None:
    site = serve(ConsentMiddleware(page, Gate(Policy.parse(POLICY), secret_key="a key for the tests")))
    visitor = new_visitor(settle=0.4, javascript=javascript)
    assert visitor.opens(site.url).shows(ARABIC.banner.refuse)
    visitor.follows(ARABIC.banner.details)

    def of_details(name: str) -> str | None:
        # With scripts they are in a dialog over the page.
        return visitor.page.frames[-1].locator("html").get_attribute(name)

    assert (of_details("lang"), of_details("dir")) == ("ar", "rtl")
    visitor.follows("English")
    assert of_details("lang") == "en"
    visitor.follows("العربية")
    visitor.presses(ARABIC.choices.refuse)
    assert visitor.page.url.partition("#")[0] == site.url
