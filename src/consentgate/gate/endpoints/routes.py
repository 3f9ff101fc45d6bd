"""The gate's own pages and files, and the decisions that visitors send to them."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple, cast, get_args
from urllib.parse import parse_qs

from consentgate.consent import Choice, Consent, decide
from consentgate.consent.choice import (
    ALLOW,
    OBJECT,
    PERMIT,
    SEEN,
    Decision,
    allow_more,
    once_seen,
    with_objection,
    without_objection,
)
from consentgate.consent.record import Control
from consentgate.gate.message import Answer, Request, without
from consentgate.gate.request.visit import Visit
from consentgate.gate.response.guard_rules import refused_names
from consentgate.gate.response.variants import Variant
from consentgate.pages import Beside, Pages
from consentgate.policy import Site
from consentgate.policy.lifetime import DAY
from consentgate.web.paths import local_path

LONGEST_FORM = 16 << 10
GPC_PATH = "/.well-known/gpc.json"
EMBED = "embed"
_ENTITY_TAG = re.compile(r'"[^"]*"')
_FORM = "application/x-www-form-urlencoded"
_SHOWN = 100
_LONGEST_QUERY = 8 << 10
"""The longest query that is read: servers take no longer first line of a request."""
_HTML = "text/html; charset=utf-8"
_REVALIDATED = "private, no-cache"
_FOREVER = f"public, max-age={365 * DAY}, immutable"


def own_path(path: str, site: Site) -> str | None:
    """Return which of the gate's own endpoints a request's path (normal, and below the application's) names,
    None where it is the application's."""
    if path == GPC_PATH:
        # What the site does about the signal is for the application to say where the gate does nothing yet.
        return None if site.report_only else GPC_PATH
    return path.removeprefix(site.prefix) if path.startswith(site.prefix) else None


def show(name: str, visit: Visit, pages: Pages, variant: Variant) -> Answer:
    """Return the answer to a GET or HEAD request for the endpoint `name`, on a `visit` that gets this
    `variant`."""
    if name == "choices":
        body = pages.choices(visit.consent, query_of(visit.request).get("next", ["/"])[0])
        # In the dialog that our script makes.
        return Answer(200, pages.headers(_HTML, framed_by="site"), body)
    if name == "declaration":
        body = pages.declaration(visit.consent, visit.signals, query_of(visit.request).get("next", ["/"])[0])
        return Answer(200, pages.headers(_HTML, framed_by="site"), body)
    if name == "declaration.json":
        return _same_for_everyone("application/json", pages.declaration_json(), visit, pages)
    if name == "declaration.md":
        body = pages.declaration_markdown().encode("utf-8", "replace")
        return _same_for_everyone("text/markdown; charset=utf-8", body, visit, pages)
    if name == "visitor.css":
        body = pages.visitor_stylesheet(visit.consent.asks, Beside.of(visit.consent))
        return Answer(200, pages.headers("text/css; charset=utf-8", _REVALIDATED), body)
    if name == "state":
        return Answer(200, pages.headers("text/plain; charset=utf-8"), variant.state.encode())
    if name == "refused":
        names = refused_names(visit.judge)
        return Answer(200, pages.headers("application/json"), names.encode())
    if file := pages.stylesheets.named(name):
        # Under a name of another version or theme it is not that one.
        kept = _FOREVER if name == file.name else _REVALIDATED
        return Answer(200, pages.headers(file.content_type, kept), file.content)
    if name == GPC_PATH:
        return Answer(200, pages.headers("application/json", f"public, max-age={DAY}"), pages.gpc())
    return problem(404, pages)


def _same_for_everyone(content_type: str, body: bytes, visit: Visit, pages: Pages) -> Answer:
    """Return a file that has nothing of the visitor, or 304 where the browser's copy is still good."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = [*pages.headers(content_type, "public, no-cache"), ("ETag", tag)]
    asked = ",".join(visit.request.values("if-none-match"))
    # RFC 9110, section 13.1.2: the comparison is weak, and "*" matches whatever there is.
    known = asked.strip() == "*" or tag in _ENTITY_TAG.findall(asked)
    return Answer(304, without(headers, "content-type")) if known else Answer(200, headers, body)


def query_of(request: Request) -> dict[str, list[str]]:
    """Read the fields in a request's query, such as `next`, the page that the visitor came from, and `lang`,
    the language to speak."""
    query = request.query
    return (
        parse_qs(query, keep_blank_values=True, encoding="utf-8", errors="replace")
        if len(query) <= _LONGEST_QUERY
        else {}
    )


def problem(status: int, pages: Pages) -> Answer:
    """Return an error page with this `status`."""
    return Answer(status, pages.headers(_HTML), pages.problem(status))


class BadForm(ValueError):
    """A form that does not say what was decided. `status` is the answer's, and `reason` is for the log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Decided(NamedTuple):
    """What a form decides: the choice, None where it changes nothing; the local path to go on to; and the
    button that was pressed, None where that is not recorded."""

    choice: Choice | None
    onward: str
    control: Control | None


def read_decision(request: Request, body: bytes, consent: Consent, signals: frozenset[str]) -> Decided:
    """Return what a form decides. Raises BadForm."""
    form = read_form(request, body)
    decisions = form.get("decision", [])
    decision = next((known for known in get_args(Decision) if [known] == decisions), None)
    others = (ALLOW, OBJECT, PERMIT, SEEN) if consent.policy.claims.objectable else (ALLOW,)
    if decision is None and decisions not in [[other] for other in others]:
        raise BadForm(400, f"it has not one decision of {', '.join((*get_args(Decision), *others))}")
    ids = (*form.get("category", ()), *form.get("service", ()))
    choice: Choice | None
    if decision is not None:
        choice = decide(consent.policy, decision, ids, signals, consent.choice)
    elif decisions == [OBJECT]:
        choice = with_objection(consent.choice)
    elif decisions == [PERMIT]:
        choice = without_objection(consent.choice)
    elif decisions == [SEEN]:
        choice = once_seen(consent.choice)
    else:
        choice = allow_more(consent.policy, consent.choice, consent.granted, ids, signals)
    # To close a notice is no decision on anything.
    control = None if decisions == [SEEN] else cast(Control, decisions[0])
    return Decided(choice, local_path(form.get("next", ["/"])[0]), control)


def read_erasure(request: Request, body: bytes) -> tuple[str, str]:
    """Return the local path to go on to from a form that orders an erasure, and the ids that it brings
    signed. Raises BadForm."""
    form = read_form(request, body)
    if form.get("decision") != ["erase"]:
        raise BadForm(400, "it has not the one decision that there is here, erase")
    return local_path(form.get("next", ["/"])[0]), form.get("record", [""])[0]


def read_form(request: Request, body: bytes) -> dict[str, list[str]]:
    """Return the fields of a form. Raises BadForm."""
    if len(body) > LONGEST_FORM:
        raise BadForm(413, f"it is longer than {LONGEST_FORM} bytes")
    content_type = "".join(request.values("content-type")).partition(";")[0].strip().lower()
    if content_type != _FORM:
        raise BadForm(400, f"its Content-Type is {content_type[:_SHOWN]!a} and not {_FORM}")
    try:
        return parse_qs(
            body.decode("utf-8"), keep_blank_values=True, strict_parsing=True, max_num_fields=1000
        )
    except ValueError:
        raise BadForm(400, f"it cannot be read as {_FORM} in UTF-8") from None
