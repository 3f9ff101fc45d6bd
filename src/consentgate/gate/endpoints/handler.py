"""A request for the gate itself, and its answer: the application is not called."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from consentgate.consent import Choice, Consent, Judge
from consentgate.consent.choice import decide, left_of, opens_something, takes_back
from consentgate.consent.decision_taken import DecisionTaken
from consentgate.consent.embed import Embed
from consentgate.consent.record import Control, Event, Record
from consentgate.gate.cookies.expiry import Deletions
from consentgate.gate.cookies.filter import CookieFilter
from consentgate.gate.cookies.sent import SentCookies
from consentgate.gate.csp.build import hosts_of
from consentgate.gate.csp.csp_headers import REPORTS
from consentgate.gate.enforcement import Closed, Enforcement
from consentgate.gate.headers.caching import FORGET_COPIES, FORGET_WHAT_IS_AHEAD
from consentgate.gate.headers.reporting_api import FORGET_REPORTS
from consentgate.gate.log.explanations import Explanations
from consentgate.gate.looking_up import LookUp
from consentgate.gate.message import Answer, Header, without
from consentgate.gate.recording import Recording, count_unrecorded
from consentgate.gate.request.client import client_of
from consentgate.gate.request.fetch_metadata import (
    is_clicked_by_script,
    is_framed_by_own_page,
    is_from_own_window,
    is_from_script,
)
from consentgate.gate.request.origin import is_same_origin, page_before
from consentgate.gate.request.visit import Visit
from consentgate.gate.response.page_insertions import LONGEST_ADDRESS
from consentgate.gate.response.variants import Variant
from consentgate.html.rewriting.insertions import EMBED_ATTRIBUTES
from consentgate.pages import SAVED, Pages
from consentgate.pages.frames import Means
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .own_record import OwnRecordPage
from .records import event_of, is_repeat, record_of
from .reports import BadReport, Reported, read_reports, without_person
from .routes import (
    EMBED,
    LONGEST_FORM,
    BadForm,
    problem,
    query_of,
    read_decision,
    read_erasure,
    read_form,
    show,
)

_FOR_OUR_SCRIPT = ("visitor.css", "state", "refused", "debug")
_SECONDS_TO_RETRY = "5"
Effect = Recording | LookUp
"""What an answer waits for. An adapter carries it out: it may have to wait for a disk or a database."""


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """A request for the endpoint `name`, on a `visit` that gets this `variant`."""

    name: str
    enforcement: Enforcement
    visit: Visit
    variant: Variant
    pages: Pages
    cookies: CookieFilter

    def answer(self, body: bytes) -> Answer | Effect:
        """Return the answer to the request with this `body`, or the effect that it waits for."""
        return _whole(self._answer(body), self.visit.request.method)

    def _answer(self, body: bytes) -> Answer | Effect:
        method = self.visit.request.method
        answer: Answer | Effect
        if self.enforcement.closed is not None and not self._names_nobody:
            answer = self._closed(self.enforcement.closed)
        elif self.name == EMBED and method in ("GET", "HEAD", "POST"):
            answer = self._open(body) if method == "POST" else self._placeholder()
        elif self.name == "record" and method in ("GET", "HEAD"):
            answer = self._own_record.show()
        elif method in ("GET", "HEAD"):
            answer = show(self.name, self.visit, self.pages, self.variant)
        elif method == "POST" and self.name == "choices":
            answer = self._decide(body)
        elif method == "POST" and self.name == "record":
            answer = self._erase(body)
        elif method == "POST" and self.name == REPORTS and self.enforcement.takes_reports:
            answer = self._report(body)
        elif method == "POST" and self.name == "debug" and self.enforcement.debug:
            answer = self._explain(body)
        else:
            allowed = "GET, HEAD, POST" if self.name in ("choices", "record", EMBED) else "GET, HEAD"
            refused = problem(405, self.pages)
            refused.headers.append(("Allow", allowed))
            return refused
        return answer

    @property
    def _own_record(self) -> OwnRecordPage:
        return OwnRecordPage(self.enforcement, self.visit, self.pages)

    @property
    def _names_nobody(self) -> bool:
        """True for the files of our script and styles, and for what they ask."""
        if self.enforcement.closed is Closed.UNAVAILABLE:
            return False
        return self.name in _FOR_OUR_SCRIPT or self.pages.stylesheets.named(self.name) is not None

    def _closed(self, closed: Closed) -> Answer:
        """Answer where there is no policy to show."""
        if closed is Closed.UNKNOWN_HOST:
            return problem(404, self.pages)
        # The text for 503 speaks of a decision, and this is about any page.
        sorry = problem(500, self.pages)
        return Answer(503, [*sorry.headers, ("Retry-After", _SECONDS_TO_RETRY)], sorry.body)

    def _report(self, body: bytes) -> Answer:
        """Count what a browser reports. Browsers send reports by themselves, from a page of this very
        host."""
        if any(site != "same-origin" for site in self.visit.request.values("sec-fetch-site")):
            return self._received(403)
        if not self.enforcement.reports.take():
            return self._received(429)
        if len(body) > LONGEST_FORM:
            return self._received(413)
        try:
            reports = self._read_reports(body)
        except BadReport:
            return self._received(400)
        declarations = self.enforcement.log.declarations
        for reported in reports:
            claim, host = self._judged(reported)
            if claim is not None and host:
                declarations.host_reported(host, claim)
            elif claim is not None:
                declarations.name_reported(reported.kind, without_person(reported.name), claim)
        return self._received(204)

    def _explain(self, body: bytes) -> Answer:
        """Explain to a page that is being debugged why things were kept back in it."""
        explanations = Explanations(self.enforcement.policy, self.visit.page)
        explained = []
        try:
            reports = self._read_reports(body[:LONGEST_FORM])
        except BadReport:
            return self._received(400)
        for reported in reports:
            claim, host = self._judged(reported)
            if claim is not None and host:
                explained.append(explanations.host(claim, host, "host", host))
            elif claim is not None:
                explained.append(explanations.stored(claim, reported.kind, reported.name))
        return Answer(200, self.pages.headers("application/json"), json.dumps(explained).encode())

    def _read_reports(self, body: bytes) -> list[Reported]:
        return read_reports("".join(self.visit.request.values("content-type")), body)

    def _judged(self, reported: Reported) -> tuple[Claim | None, str]:
        """Judge what a browser reports; return what is not covered, and the host that would be contacted, ""
        for none."""
        judge = self.visit.judge
        if reported.kind != "url":
            return judge.cookie(reported.name), ""
        target = resolve(reported.name, Url("https", "", "/"))
        if not target.has_valid_host or target.scheme not in ("http", "https", "ws", "wss"):
            return None, ""
        return judge.url(target.host, target.path), target.host

    def _received(self, status: int) -> Answer:
        headers = self.pages.headers("text/plain")
        return Answer(status, without(headers, "content-type") if status == 204 else headers)

    def _foreign(self) -> Answer | None:
        """Return the answer to a decision that was not made on a page of this very host and port."""
        request, authority, log = self.visit.request, self.visit.authority, self.enforcement.log.decisions
        origin = ", ".join(request.values("origin"))
        if not is_same_origin(request, authority):
            log.wrong_origin(origin, authority)
            return problem(403, self.pages)
        if origin.startswith("http://") and not self.enforcement.insecure:
            log.over_plain_http()
        return None

    def _framed(self, onward: str) -> Answer | None:
        """Return the answer to a decision from a frame, in which another page may hide what is clicked."""
        came_from = page_before(self.visit.request, self.visit.host).partition("?")[0]
        if is_from_own_window(self.visit.request, came_from):
            return None
        self.enforcement.log.decisions.framed(self.visit.authority)
        headers = self.pages.headers("text/html; charset=utf-8", framed_by="anyone")
        return Answer(403, headers, self.pages.framed_decision(onward))

    def _erase(self, body: bytes) -> Answer | Recording:
        """Withdraw what was granted, and have its record erased."""
        if (foreign := self._foreign()) is not None:
            return foreign
        try:
            onward, signed = read_erasure(self.visit.request, body)
        except BadForm as error:
            self.enforcement.log.decisions.unreadable_form(error.reason, error.status)
            return problem(error.status, self.pages)
        # It cannot be undone.
        if (framed := self._framed(onward)) is not None:
            return framed
        before, recorder, own = self.visit.consent.choice, self.enforcement.recorder, self._own_record
        orders = own.orders(signed) if recorder is not None else ()
        choice = decide(self.enforcement.policy, "withdraw", before=before) if own.ids else None
        withdrawn = choice if before is not None and before.is_grant else None
        if recorder is None or not orders:
            led_on = self._led_on(choice, self.pages.choices_address(onward))
            return led_on if withdrawn is None else self._told(led_on, Event.WITHDRAWN, withdrawn, "erase")
        led_on = self._led_on(choice, self.pages.erased_address(onward))
        answered = self._told(led_on, Event.ERASED, choice, "erase")

        def otherwise() -> Answer:
            headers = without(self._led_on(choice, "/").headers, "location")
            failed = Answer(503, headers, own.failed(orders, onward))
            return failed if withdrawn is None else self._told(failed, Event.WITHDRAWN, withdrawn, "erase")

        client = client_of(self.visit.request, self.enforcement.trusted_proxies)
        if not self.enforcement.recorded.take(client):
            self.enforcement.log.decisions.flooded(is_known=bool(client))
            return otherwise()
        meter = self.enforcement.meter
        return Recording(orders[0], self.pages.notice, recorder, answered, otherwise, meter, also=orders[1:])

    def _led_on(self, choice: Choice | None, onward: str) -> Answer:
        """Lead on to `onward`, with what keeps a `choice`, None where nothing has changed."""
        if choice is None:
            return Answer(303, [*self.pages.headers("text/html; charset=utf-8"), ("Location", onward)])
        return Answer(303, self._headers_after(choice, onward))

    def _decide(self, body: bytes) -> Answer | Recording:
        request, log = self.visit.request, self.enforcement.log.decisions
        if (foreign := self._foreign()) is not None:
            return foreign
        try:
            choice, onward, control = read_decision(request, body, self.visit.consent, self.visit.signals)
        except BadForm as error:
            log.unreadable_form(error.reason, error.status)
            return problem(error.status, self.pages)
        opens = choice is not None and opens_something(self.visit.consent.choice, choice)
        if opens and (framed := self._framed(onward)) is not None:
            return framed
        if opens and is_clicked_by_script(request):
            # Only a person says yes, and can do so there.
            choice, onward = None, self.pages.choices_address(onward)
        if choice is None or control is None:
            # Nothing was decided, so that nothing was saved.
            return self._led_on(choice, onward)
        return self._take(choice, onward, control)

    def _take(self, choice: Choice, onward: str, control: Control) -> Answer | Recording:
        """Have a `choice` take effect, once it is recorded where that is to be."""
        request, log, meter = self.visit.request, self.enforcement.log.decisions, self.enforcement.meter
        recorder, before = self.enforcement.recorder, self.visit.consent.choice
        if recorder is None:
            if is_repeat(before, choice):
                return self._saved(choice, onward)
            event = event_of(before, choice, control)
            if meter is not None:
                meter.decided(event)
            return self._told(self._saved(choice, onward), event, choice, control)
        if before is not None and is_repeat(before, choice):
            return self._saved(before, onward)
        notice = self.pages.notice
        record = record_of(choice, control, self.visit, notice, self.enforcement.version)
        client = client_of(request, self.enforcement.trusted_proxies)
        if not self.enforcement.recorded.take(client):
            log.flooded(is_known=bool(client))
            if meter is not None:
                count_unrecorded(meter, record, "flood")
            return self._unrecorded(record, choice, onward, control)
        answered = self._told(self._saved(choice, onward), record.event, choice, control)

        def unrecorded() -> Answer:
            return self._unrecorded(record, choice, onward, control)

        return Recording(record, notice, recorder, answered, unrecorded, meter)

    def _saved(self, choice: Choice, onward: str) -> Answer:
        return Answer(303, self._headers_after(choice, f"{onward}#{SAVED}"))

    def _told(self, answer: Answer, event: Event, choice: Choice | None, control: Control) -> Answer:
        """Return an `answer` after which the site is told of the `choice` that has taken effect with it, None
        where that is as it was."""
        enforcement, visit = self.enforcement, self.visit
        if enforcement.hook is None or enforcement.policy.site.report_only:
            return answer
        before = after = visit.consent
        if choice is not None:
            after = Consent.of_choice(enforcement.policy, choice, visit.signals)
        language = self.pages.language
        decision = DecisionTaken.of(event, visit.host, language, control, before=before, after=after)
        return answer._replace(afterwards=partial(enforcement.hook.tell, decision))

    def _unrecorded(self, record: Record, choice: Choice, onward: str, control: Control) -> Answer:
        """Answer a decision that cannot be recorded: what it takes back counts, what it grants does not."""
        before = self.visit.consent.choice
        if not record.is_grant:
            return self._told(self._saved(choice, onward), record.event, choice, control)
        if before is None or not takes_back(before, choice):
            return problem(503, self.pages)
        left = left_of(before, choice)
        # The page of the choices shows what that leaves.
        saved = (
            self._saved(left, onward)
            if choice.granted <= before.granted
            else Answer(303, self._headers_after(left, self.pages.choices_address(onward)))
        )
        return self._told(saved, event_of(before, left, control), left, control)

    # -- a single embed --------------------------------------------------------------------------------------

    def _open(self, body: bytes) -> Answer:
        """Open one embed for this once. That is no consent to anything else, and nothing records it."""
        request, authority, log = self.visit.request, self.visit.authority, self.enforcement.log.decisions
        if not is_same_origin(request, authority):
            log.wrong_origin(", ".join(request.values("origin")), authority)
            return problem(403, self.pages)
        try:
            form = read_form(request, body)
        except BadForm as error:
            log.unreadable_form(error.reason, error.status)
            return problem(error.status, self.pages)
        signed = form.get("embed", [""])[0]
        embed = self.enforcement.embeds.read(signed, self.visit.host)
        if embed is None:
            return problem(400, self.pages)
        claim = self._opening_claim(embed)
        if claim is None:
            return problem(403, self.pages)
        onward, window = form.get("next", ["/"])[0], "window" in form
        if is_clicked_by_script(request):
            # Only a person opens it, and can do so there.
            page = self.pages.frames.placeholder(claim, embed.url, signed, onward, Means())
            return Answer(200, self.pages.embed_headers(), page)
        page = self.pages.frames.opened(embed, claim.name, signed, onward, window=window)
        return Answer(200, self.pages.embed_headers(self._hosts_of(embed)), page)

    def _opening_claim(self, embed: Embed) -> Claim | None:
        """Return the claim on what a placeholder stands for, if consent to its service would open it."""
        claims = self.enforcement.policy.claims
        claim = claims.of_service(embed.service) if claims.has_service(embed.service) else None
        if claim is None or claim.unit is None:
            return None
        judge = self.visit.judge
        target = resolve(embed.url, self.visit.page)
        groups = claims.by_url(target.host, target.path, own=target.host in judge.own)
        opens = all(any(one == claim or judge.passes(one) for one in group) for group in groups)
        return claim if opens else None

    def _hosts_of(self, embed: Embed) -> list[str]:
        """List the hosts that the frame of an opened embed may load from: its service's, and its own."""
        services = self.enforcement.policy.services
        hosts = [host for service in services if service.id == embed.service for host in hosts_of(service)]
        own = resolve(embed.url, self.visit.page).host
        return [*dict.fromkeys((own, *hosts))]

    def _placeholder(self) -> Answer:
        """Show the placeholder of an embed: one that was opened, again, or one that the guard met."""
        query = query_of(self.visit.request)
        onward = query.get("next", ["/"])[0]
        if "src" in query:
            return self._placeholder_for(query, onward)
        signed = query.get("embed", [""])[0]
        embed = self.enforcement.embeds.read(signed, self.visit.host)
        claim = self._opening_claim(embed) if embed is not None else None
        if embed is None or claim is None:
            return problem(404, self.pages)
        page = self.pages.frames.placeholder(claim, embed.url, signed, onward, Means())
        return Answer(200, self.pages.embed_headers(), page)

    def _placeholder_for(self, frame: Mapping[str, Sequence[str]], onward: str) -> Answer:
        """Show a placeholder for a `frame`, by its attributes, that a script would have put into a page.

        It signs what would open. Another site's page could use that for any URL of a declared service.
        """
        visit = self.visit
        url = frame["src"][0]
        target = resolve(url, visit.page)
        claim = visit.judge.url(target.host, target.path) if target.is_on_the_web else None
        if claim is None or not is_framed_by_own_page(visit.request):
            return problem(404, self.pages)
        signed = ""
        if claim.declared and claim.service is not None and len(url) <= LONGEST_ADDRESS:
            attributes = tuple((name, frame[name][0]) for name in EMBED_ATTRIBUTES if name in frame)
            signed = self.enforcement.embeds.sign(Embed(url, claim.service, attributes), visit.host)
        page = self.pages.frames.placeholder(claim, url, signed, onward, Means())
        return Answer(200, self.pages.embed_headers(), page)

    def _headers_after(self, choice: Choice, onward: str) -> list[Header]:
        """Return the headers that keep a `choice` and lead on to the address `onward`."""
        visit, enforcement = self.visit, self.enforcement
        sent = SentCookies(visit.request.values("cookie"))
        kept = enforcement.cookies.set_cookies(choice, visit.host, sent.names)
        headers = [
            *self.pages.headers("text/html; charset=utf-8"),
            ("Location", onward),
            *(("Set-Cookie", line) for line in kept),
        ]
        consent = Consent.of_choice(enforcement.policy, choice, visit.signals)
        if takes_back(visit.consent.choice, choice) or not visit.consent.granted <= consent.granted:
            by_script = is_from_script(visit.request)
            headers += [FORGET_WHAT_IS_AHEAD if by_script else FORGET_COPIES, *FORGET_REPORTS]
        deletions = Deletions(visit.request, visit.host, secure=not enforcement.insecure)
        for names in self.cookies.to_delete_with(choice, Judge(consent, visit.host, visit.page.path)):
            # No application sets cookies for the gate's own pages.
            headers += deletions.of(names, headers, "/")
        return headers


def _whole(answer: Answer | Effect, method: str) -> Answer | Effect:
    """Return an answer with its length, and without its body where that was not asked for; of an effect the
    answers that it will have."""
    if isinstance(answer, Answer):
        return _completed(answer, method)
    otherwise = answer.otherwise
    if isinstance(answer, LookUp):
        answered = answer.answered
        return LookUp(lambda: _completed(answered(), method), lambda: _completed(otherwise(), method))
    return replace(
        answer,
        answered=_completed(answer.answered, method),
        otherwise=lambda: _completed(otherwise(), method),
    )


def _completed(answer: Answer, method: str) -> Answer:
    headers = [*answer.headers]
    if answer.status not in (204, 304):
        headers.append(("Content-Length", str(len(answer.body))))
    return answer._replace(headers=headers, body=b"" if method == "HEAD" else answer.body)
