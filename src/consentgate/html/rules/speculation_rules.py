"""Judges speculation rules, by which a browser fetches pages before anybody asks for them (WHATWG HTML, 7.6.1
"Speculation rules"), and the rules of web bundles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from consentgate.html.values.json_text import NotPlain, read_json

from .violation import UNREADABLE, Violation

JudgeUrl = Callable[[str], Violation | None]
"""Returns the violation of loading a URL, if there is one, given the URL as it stands in the page."""

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
    """Return the first violation of these rules, if any.

    A list rule names the pages to fetch. A document rule fetches those that links in the page lead to, on any
    host ("find matching links"), unless its predicate keeps it to some. Raises NotPlain for rules that only
    some browsers can read.
    """
    parsed = read_json(rules)
    try:
        return next(_violations(parsed, judge), None) if isinstance(parsed, dict) else None
    except RecursionError as error:
        raise NotPlain from error


def _violations(rules: dict[str, object], judge: JudgeUrl) -> Iterator[Violation]:
    # Every key counts: some browsers know more keys than the standard has.
    for rule in (rule for value in rules.values() if isinstance(value, list) for rule in value):
        if not isinstance(rule, dict):
            continue
        urls = rule.get("urls")
        for url in urls if isinstance(urls, list) else ():
            violation = judge(url) if isinstance(url, str) else None
            if violation is not None:
                yield violation
        if "where" in rule:
            yield from _predicate_violations(rule["where"], judge)
        elif rule.get("source") == "document":
            yield UNREADABLE


def _predicate_violations(predicate: object, judge: JudgeUrl) -> Iterator[Violation]:
    """Yield the violations of the links that match `predicate`: none where it only matches what may load. A
    predicate that may match links to any host is itself a violation, which nothing grants."""
    if not isinstance(predicate, dict):
        return
    if len(_PREDICATES.intersection(predicate)) > 1:
        yield UNREADABLE
    elif isinstance(predicate.get("and"), list):
        each = [next(_predicate_violations(clause, judge), None) for clause in predicate["and"]]
        if all(each):
            # An "and" of no clauses matches every link.
            yield next(filter(None, each), UNREADABLE)
    elif isinstance(predicate.get("or"), list):
        for clause in predicate["or"]:
            yield from _predicate_violations(clause, judge)
    elif "href_matches" in predicate:
        patterns = predicate["href_matches"]
        for pattern in patterns if isinstance(patterns, list) else [patterns]:
            violation = _pattern_violation(pattern, judge)
            if violation is not None:
                yield violation
    else:
        # A "not" matches links to all other hosts, and a selector links to hosts that nobody knows.
        yield UNREADABLE


def _pattern_violation(pattern: object, judge: JudgeUrl) -> Violation | None:
    """Return the violation of following links that match a URL pattern, if any."""
    if isinstance(pattern, str):
        if _PATH.fullmatch(pattern) and not _SCHEME_END.search(pattern):
            return judge("/")  # by the base URL
        return _host_violation(_WITH_HOST.fullmatch(pattern), judge)
    if not isinstance(pattern, dict):
        return None
    if pattern.keys() <= _OF_ANY_HOST:
        return judge("/")
    host = pattern.get("hostname")
    return _host_violation(_HOST.fullmatch(host) if isinstance(host, str) else None, judge)


def _host_violation(match: re.Match[str] | None, judge: JudgeUrl) -> Violation | None:
    """Return the violation of contacting the host that a pattern names, if any. Without a `match` the pattern
    names no host plainly, and may mean any."""
    if match is None:
        return UNREADABLE
    return judge(f"//{'any.' if match['below'] else ''}{match['host']}/")


def bundle_texts(rules: str) -> Iterator[str]:
    """Yield every text in the rules of a web bundle: any may be the URL of the bundle or of a file in it
    (WICG, "Subresource Loading with Web Bundles"). Raises NotPlain for rules that only some browsers can
    read."""
    waiting = [read_json(rules)]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
