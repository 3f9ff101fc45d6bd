"""Speculation rules: pages that a browser fetches before anybody asks for them (WHATWG HTML, 7.6.1
"Speculation rules")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consentgate.html.values.json_text import NotPlain, read_json

from .violation import UNREADABLE, Violation

JudgeUrl = Callable[[str], Violation | None]
"""Given a URL as it stands in the page, returns what is wrong with loading it."""

# A pattern is one for the document's own host if no colon in it can end a scheme (URL Pattern, "constructor
# string parser"). A colon before a name begins a group.
_SCHEME_END = re.compile(r":(?![A-Za-z_$])|\\:")
_WITH_HOST = re.compile(
    r"https?://(?P<below>\*\.)?(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?::(?:[0-9]*|\*))?(?:[/?#].*)?",
    re.S,
)
_HOST = re.compile(r"(?P<below>\*\.)?(?P<host>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")
_OF_ANY_HOST = frozenset(("pathname", "search", "hash"))
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20]*")
_PREDICATES = frozenset(("and", "or", "not", "href_matches", "selector_matches"))


def speculation_violation(rules: str, judge: JudgeUrl) -> Violation | None:
    """Return what is wrong with the first of these rules that may load what it must not.

    A list names the pages to fetch. A document rule fetches those that links in the page lead to, on any
    host ("find matching links"), unless its predicate keeps it to some. Raise NotPlain for what only some
    browser may read.
    """
    parsed = read_json(rules)
    try:
        return next(_violations(parsed, judge), None) if isinstance(parsed, dict) else None
    except RecursionError as error:
        raise NotPlain from error


def _violations(rules: dict[str, object], judge: JudgeUrl) -> Iterator[Violation]:
    # Of the keys some browsers know more than the standard has.
    for rule in (rule for value in rules.values() if isinstance(value, list) for rule in value):
        if not isinstance(rule, dict):
            continue
        urls = rule.get("urls")
        for url in urls if isinstance(urls, list) else ():
            violation = judge(url) if isinstance(url, str) else None
            if violation is not None:
                yield violation
        if "where" in rule:
            yield from _reaches(rule["where"], judge)
        elif rule.get("source") == "document":
            yield UNREADABLE


def _reaches(predicate: object, judge: JudgeUrl) -> Iterator[Violation]:
    """Yield what is wrong with the links that fit `predicate`: nothing where it keeps to what may load. Rules
    that may reach anybody count as nobody's."""
    if not isinstance(predicate, dict):
        return
    if len(_PREDICATES.intersection(predicate)) > 1:
        yield UNREADABLE
    elif isinstance(predicate.get("and"), list):
        each = [next(_reaches(clause, judge), None) for clause in predicate["and"]]
        if all(each):
            # All of no predicates are fulfilled by every link.
            yield next(filter(None, each), UNREADABLE)
    elif isinstance(predicate.get("or"), list):
        for clause in predicate["or"]:
            yield from _reaches(clause, judge)
    elif "href_matches" in predicate:
        patterns = predicate["href_matches"]
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            violation = _pattern(pattern, judge)
            if violation is not None:
                yield violation
    else:
        # What is left out leaves all others; where what a selector finds leads to, nobody knows.
        yield UNREADABLE


def _pattern(pattern: object, judge: JudgeUrl) -> Violation | None:
    """Return what is wrong with following links that fit a URL pattern."""
    if isinstance(pattern, str):
        if _PATH.fullmatch(pattern) and not _SCHEME_END.search(pattern):
            return judge("/")  # by the base URL
        return _hosts(_WITH_HOST.fullmatch(pattern), judge)
    if not isinstance(pattern, dict):
        return None
    if pattern.keys() <= _OF_ANY_HOST:
        return judge("/")
    host = pattern.get("hostname")
    return _hosts(_HOST.fullmatch(host) if isinstance(host, str) else None, judge)


def _hosts(match: re.Match[str] | None, judge: JudgeUrl) -> Violation | None:
    """Return what is wrong with the hosts that a pattern names; where it names none plainly it may be any."""
    if match is None:
        return UNREADABLE
    return judge(f"//{'any.' if match['below'] else ''}{match['host']}/")


def bundle_texts(rules: str) -> Iterator[str]:
    """Yield every text in the rules of a web bundle: any may be the URL of the bundle or of a file in it
    (WICG, "Subresource Loading with Web Bundles"). Raise NotPlain for what only some browser may read."""
    waiting = [read_json(rules)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
