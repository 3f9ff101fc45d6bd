"""Decides what is done with a response, once, from its request, status and headers."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import msgspec

from consentgate.gate.codings import codings_of, unreadable_coding
from consentgate.gate.headers.redirects import BlockedUrl, leads_astray
from consentgate.gate.message import Header
from consentgate.gate.request.fetch_metadata import IN_PAGE, NAVIGATION
from consentgate.gate.request.origin import PARTIAL
from consentgate.gate.request.visit import Visit
from consentgate.policy import Claim

from .content_type import Kind, content_type, is_download
from .sendfile import SentByFront, sent_by_front

# The kinds that load something only where a browser shows them by themselves. Our CSP alone does not stop
# that everywhere.
_BY_ITSELF = (Kind.XML, Kind.SEALED, Kind.PLAYLIST)
# The kinds that do not go on as they came.
_NOT_FORWARDED = (Kind.HTML, Kind.XML, Kind.SEALED, Kind.UNKNOWN)


class Action(Enum):
    """What is done with a response that is not refused."""

    FORWARD = "its body goes on as it came"
    READ = "its body is read: HTML is rewritten, XML is checked, what has no type is sniffed"
    HEAD = "there is only the head of what would be read"
    NO_BODY = "there is no body, whatever the application gives"
    NOT_MODIFIED = "there is no body, since a copy that the browser has is still good"


_WITHOUT_BODY = (Action.NO_BODY, Action.NOT_MODIFIED)


class Refusal(NamedTuple):
    """The refusal of a response, in whose place an error page with this `status` goes out. `reason` is for
    the log, and `blocked` has the URLs because of which it is refused. Redirects have an error page of their
    own."""

    status: int
    reason: str
    blocked: tuple[BlockedUrl, ...] = ()
    is_redirect: bool = False


class Treatment(msgspec.Struct, frozen=True):
    """The `action` on a response, and the `kind` of body that its headers are made for.

    `label` is the charset in the Content-Type, None where it names none. `plain_type` is a Content-Type that
    all browsers read alike, None where the application's is one already. `varies` names the request headers
    that the treatment depends on. `is_personal` says that the treatment depends on the visitor's consent.
    """

    action: Action | Refusal
    kind: Kind
    label: str | None
    plain_type: str | None
    varies: tuple[str, ...]
    is_personal: bool


def treatment(status: int, headers: list[Header], visit: Visit) -> Treatment:
    """Decide what is done with the response that has this `status` and these `headers`."""
    declared = content_type(headers)
    front = sent_by_front(headers)
    kind, varies = _kind_for_request(front.kind if front else declared.kind, headers, visit)
    action = _action(status, headers, declared.kind, front, kind, visit)
    if action in _WITHOUT_BODY and kind is Kind.UNKNOWN:
        # There are no bytes to guess a type from.
        kind = Kind.OTHER
    is_personal = _is_redirect(status) and bool(leads_astray(headers, visit.everyone, visit.page))
    if is_personal:
        # Caches must not give it to those for whom it would be refused.
        varies = (*NAVIGATION, *varies)
    if kind in (Kind.HTML, Kind.UNKNOWN) and visit.is_partial:
        # Placeholders in a partial lead back to the page that shows it. Others must not get that page's name.
        varies = (*PARTIAL, *varies)
    return Treatment(action, kind, declared.label, declared.plain, varies, is_personal)


def _kind_for_request(kind: Kind, headers: list[Header], visit: Visit) -> tuple[Kind, tuple[str, ...]]:
    """Return the kind that a body of this `kind` counts as in answer to this request, and the names of the
    request headers that decide it."""
    purpose = visit.purpose
    if kind is Kind.OTHER and not purpose.worker:
        return kind, ()
    if kind in (Kind.HTML, Kind.UNKNOWN):
        return kind, ()
    if kind in _BY_ITSELF:
        # RFC 6266, section 4.2: a download is saved, and shown by nobody.
        if is_download(headers):
            return Kind.OTHER, ()
        # SVG 2, "secure static mode": in a picture it loads nothing. Opened by itself it would, so that this
        # answer must not be reused for that.
        if purpose.in_page:
            return Kind.OTHER, IN_PAGE
        return (Kind.DOCUMENT if visit.judge.passes_everything() else kind), ()
    # WHATWG HTML, "run a worker": a worker has the policy that its script comes with.
    if purpose.worker:
        return Kind.DOCUMENT, ()
    if (kind is Kind.MEDIA and not purpose.document) or is_download(headers):
        return Kind.OTHER, ()
    return kind, ()


def _action(
    status: int, headers: list[Header], declared: Kind, front: SentByFront | None, kind: Kind, visit: Visit
) -> Action | Refusal:
    """Decide what is done with a response whose Content-Type says `declared`, and whose body counts as
    `kind`."""
    # RFC 9110, section 15.4. Unless the site says otherwise, a visitor who asked for it may be led anywhere.
    if _is_redirect(status) and (not visit.purpose.navigation or visit.judge.policy.site.gate_redirects):
        astray = leads_astray(headers, visit.judge, visit.page)
        if astray:
            return Refusal(403, "a redirect that is not allowed", tuple(astray), is_redirect=True)

    # Service Workers, "Update": it would outlive the page that registered it.
    if visit.purpose.worker and (claim := _blocked_worker(visit)):
        return Refusal(404, "a service worker that is not allowed", ((visit.page.path, claim),))

    # The server in front may send a file without our Content-Security-Policy (nginx does), and then nothing
    # would close what a browser shows.
    if front is not None:
        unread = kind is Kind.HTML or kind in _BY_ITSELF
        return Refusal(502, f"with {front.header} {_SENT_UNREAD}") if unread else Action.FORWARD

    # Associating Style Sheets with XML documents: what is no XML to us may be a style sheet to a browser.
    if visit.purpose.sheet and declared is not Kind.XML and not visit.judge.passes_everything():
        return Refusal(502, f"a sheet of XSLT is read only as XML; {_AS_SHEET}")

    # RFC 9110, section 15.4.5.
    if status == 304:
        return Action.NOT_MODIFIED

    # RFC 9110, sections 15.2, 15.3.5 and 15.3.6. Some servers would put a body on the wire all the same.
    if status < 200 or status in (204, 205):
        return Action.NO_BODY

    if kind not in _NOT_FORWARDED:
        return Action.FORWARD

    # WHATWG HTML, "multipart/x-mixed-replace"; Signed HTTP Exchanges: any part may be a page.
    if kind is Kind.SEALED:
        return Refusal(502, f"{_SEALED}; {_AS_DOWNLOAD}")

    # RFC 9110, section 15.3.7. What a part looks like says nothing of the whole.
    if status == 206:
        return Refusal(502, _IN_PART[kind]) if kind in _IN_PART else Action.FORWARD

    # RFC 9110, section 8.4.
    if reason := unreadable_coding(codings_of(headers)):
        return Refusal(502, reason)

    # RFC 9110, section 9.3.2: HEAD is answered with what GET would be, and no body.
    return Action.HEAD if visit.request.method == "HEAD" else Action.READ


def _is_redirect(status: int) -> bool:
    # RFC 9110, section 15.4: where there is a Location, browsers follow it.
    return 300 <= status < 400


def _blocked_worker(visit: Visit) -> Claim | None:
    """Return the claim on the script of a service worker that is asked for, where it was not covered."""
    # "Service-Worker: script" comes with nothing else.
    asked = "script" in visit.request.values("service-worker")
    return visit.judge.url(visit.host, visit.page.path) if asked else None


_IN_PART = {
    Kind.HTML: "a part of a page (206) cannot be read as one; send HTML whole",
    Kind.XML: "a part of an XML document (206) cannot be read; send it whole",
}
_SENT_UNREAD = (
    "the server in front would send HTML or another document that the gate has not read; let the application "
    "send this file itself"
)
_SEALED = "a document in parts or in a wrapping (multipart, signed exchange) cannot be read"
_AS_DOWNLOAD = "load it into a page as a picture, or send it as a download (Content-Disposition: attachment)"
_AS_SHEET = "send it with the Content-Type text/xsl or application/xml"
