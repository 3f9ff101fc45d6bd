"""A visitor decides, or has a record erased: what is answered, and what has to be kept for it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from consentgate.consent import Choice, Consent, Judge
from consentgate.consent.choice import decide, left_of, opens_something, takes_back
from consentgate.consent.decision_taken import DecisionTaken
from consentgate.consent.record import Control, Event, Record
from consentgate.gate.cookies.expiry import Deletions
from consentgate.gate.cookies.sent import SentCookies
from consentgate.gate.headers.caching import FORGET_COPIES, FORGET_WHAT_IS_AHEAD
from consentgate.gate.headers.reporting_api import FORGET_REPORTS
from consentgate.gate.message import Answer, Header, without
from consentgate.gate.recording import Recording, count_unrecorded
from consentgate.gate.request.client import client_of
from consentgate.gate.request.fetch_metadata import is_clicked_by_script, is_from_own_window, is_from_script
from consentgate.gate.request.origin import page_before
from consentgate.pages import SAVED

from .endpoint import Endpoint
from .own_record import OwnRecordPage
from .records import event_of, is_repeat, record_of
from .routes import BadForm, problem, read_decision, read_erasure


@dataclass(frozen=True, slots=True)
class Decisions(Endpoint):
    """Takes visitors' decisions."""

    def decide(self, body: bytes) -> Answer | Recording:
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

    def erase(self, body: bytes) -> Answer | Recording:
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

    @property
    def _own_record(self) -> OwnRecordPage:
        return OwnRecordPage(self.enforcement, self.visit, self.pages)

    def _foreign(self) -> Answer | None:
        """Return the answer to a decision that no page of this host sent. What plain HTTP costs is logged."""
        foreign = self.foreign()
        origin = ", ".join(self.visit.request.values("origin"))
        if foreign is None and origin.startswith("http://") and not self.enforcement.insecure:
            self.enforcement.log.decisions.over_plain_http()
        return foreign

    def _framed(self, onward: str) -> Answer | None:
        """Return the answer to a decision from a frame, in which another page may hide what is clicked."""
        came_from = page_before(self.visit.request, self.visit.host).partition("?")[0]
        if is_from_own_window(self.visit.request, came_from):
            return None
        self.enforcement.log.decisions.framed(self.visit.authority)
        headers = self.pages.headers("text/html; charset=utf-8", framed_by="anyone")
        return Answer(403, headers, self.pages.framed_decision(onward))

    def _saved(self, choice: Choice, onward: str) -> Answer:
        return Answer(303, self._headers_after(choice, f"{onward}#{SAVED}"))

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

    def _led_on(self, choice: Choice | None, onward: str) -> Answer:
        """Lead on to `onward`, with what keeps a `choice`, None where nothing has changed."""
        if choice is None:
            return Answer(303, [*self.pages.headers("text/html; charset=utf-8"), ("Location", onward)])
        return Answer(303, self._headers_after(choice, onward))

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
