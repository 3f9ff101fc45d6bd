"""Speculation rules: pages that a browser fetches before anybody asks for them (WHATWG HTML, 7.6.1
"Speculation rules")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consentgate.html.values.json_text import NotPlain, read_json

from .attributes import NOBODY, Culprit

JudgeUrl = Callable[[str], Culprit | None]
"""Given a URL as it stands in the page, what is wrong with loading it."""

_UNCLEAR = Culprit(NOBODY, "")
"""What is wrong with rules that may reach anybody."""

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


def speculation_culprit(rules: str, judge: JudgeUrl) -> Culprit | None:
    """What is wrong with the first of these rules that may load what it must not.

    A list names the pages to fetch. A document rule fetches those that links in the page lead to, on any
    host ("find matching links"), unless its predicate keeps it to some. Raise NotPlain for what only some
    browser may read.
    """
    parsed = read_json(rules)
    try:
        return next(_culprits(parsed, judge), None) if isinstance(parsed, dict) else None
    except RecursionError as error:
        raise NotPlain from error


def _culprits(rules: dict[str, object], judge: JudgeUrl) -> Iterator[Culprit]:
    # Of the keys some browsers know more than the standard has.
    for rule in (rule for value in rules.values() if isinstance(value, list) for rule in value):
        if not isinstance(rule, dict):
            continue
        urls = rule.get("urls")
        for url in urls if isinstance(urls, list) else ():
            culprit = judge(url) if isinstance(url, str) else None
            if culprit is not None:
                yield culprit
        if "where" in rule:
            yield from _reaches(rule["where"], judge)
        elif rule.get("source") == "document":
            yield _UNCLEAR


def _reaches(predicate: object, judge: JudgeUrl) -> Iterator[Culprit]:
    """What links that fit `predicate` may lead to and must not: nothing where it keeps to what may load."""
    if not isinstance(predicate, dict):
        return
    if len(_PREDICATES.intersection(predicate)) > 1:
        yield _UNCLEAR
    elif isinstance(predicate.get("and"), list):
        each = [next(_reaches(clause, judge), None) for clause in predicate["and"]]
        if all(each):
            # All of no predicates are fulfilled by every link.
            yield next(filter(None, each), _UNCLEAR)
    elif isinstance(predicate.get("or"), list):
        for clause in predicate["or"]:
            yield from _reaches(clause, judge)
    elif "href_matches" in predicate:
        patterns = predicate["href_matches"]
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            culprit = _pattern(pattern, judge)
            if culprit is not None:
                yield culprit
    else:
        # What is left out leaves all others; where what a selector finds leads to, nobody knows.
        yield _UNCLEAR


def _pattern(pattern: object, judge: JudgeUrl) -> Culprit | None:
    """What is wrong with following links that fit a URL pattern."""
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


def _hosts(match: re.Match[str] | None, judge: JudgeUrl) -> Culprit | None:
    """What is wrong with the hosts that a pattern names, all of them where it names none plainly."""
    if match is None:
        return _UNCLEAR
    return judge(f"//{'any.' if match['below'] else ''}{match['host']}/")


def bundle_culprit(rules: str, judge: JudgeUrl) -> Culprit | None:
    """Judge the rules of a web bundle by the first text that may not be loaded: any text may be the URL of
    the bundle or of a file in it (WICG, "Subresource Loading with Web Bundles"). Raise NotPlain for what only
    some browser may read."""
    waiting = [read_json(rules)]
    while waiting:
        value = waiting.pop()
        culprit = judge(value) if isinstance(value, str) else None
        if culprit is not None:
            return culprit
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return None
