"""The page of the visitor's own record. The signed cookie is the only key to it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from consentgate.consent import Choice
from consentgate.consent.receipt import receipt
from consentgate.consent.record import Event, Record, Recorder, storable
from consentgate.gate.cookies.sent import SentCookies
from consentgate.gate.enforcement import Enforcement
from consentgate.gate.looking_up import LookUp
from consentgate.gate.message import Answer
from consentgate.gate.request.visit import Visit
from consentgate.pages import Known, Pages, shown_headers

from .records import host_in_records, withdrawn_by
from .routes import problem, query_of

_HTML = "text/html; charset=utf-8"
_SECONDS_TO_RETRY = "60"
_ON_ITS_WAY = 3600
"""The seconds after a decision for which its record may still be in the spool of another machine."""
_PARTS = ("banner", "choices")
_BEFORE_BANNER = "<!doctype html><title></title><body>"


@dataclass(frozen=True, slots=True)
class OwnRecordPage:
    """What a visitor sees and saves of their own record, and has erased of it."""

    enforcement: Enforcement
    visit: Visit
    pages: Pages

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the records that the visitor's cookies name. There are two where one answer counts for a
        domain and a host has an answer of its own from before."""
        sent = SentCookies(self.visit.request.values("cookie"))
        choices = self.enforcement.cookies.choices(sent.values_of, self.visit.host)
        return tuple(choice.id.hex() for choice in choices if choice.is_grant)

    def show(self) -> Answer | LookUp:
        """Return the answer to a GET request, or the look-up that it waits for."""
        query = query_of(self.visit.request)
        onward = query.get("next", ["/"])[0]
        recorder, ids = self.enforcement.recorder, self.ids
        if "erase" in query and recorder is not None and ids:
            signed = self.enforcement.cookies.record_ids.sign(ids, self.visit.host)
            return Answer(200, self.pages.headers(_HTML), self.pages.record_erasure(signed, onward))
        if recorder is None or not ids:
            return self._without_record(query, onward)
        return LookUp(partial(self._with_record, recorder, ids, query, onward), self.unavailable)

    def unavailable(self) -> Answer:
        """Return the answer where records cannot be read."""
        headers = [*self.pages.headers(_HTML), ("Retry-After", _SECONDS_TO_RETRY)]
        return Answer(503, headers, self.pages.record_unavailable())

    def _without_record(self, query: Mapping[str, Sequence[str]], onward: str) -> Answer:
        """Answer a visitor of whom no record can be found, or looked for."""
        choice = self.visit.consent.choice
        if choice is None:
            known = Known.NOTHING
        elif self.enforcement.recorder is None:
            known = Known.COOKIE_ONLY
        else:
            known = self._not_found if choice.is_grant else Known.COUNTED
        return self._page(known, query, onward)

    @property
    def _not_found(self) -> Known:
        """What is known of a consent that the ledger has no record of: it may come yet, or is gone."""
        choice = self.visit.consent.choice
        is_new = choice is None or time.time() - choice.at < _ON_ITS_WAY
        return Known.MISSING if is_new else Known.GONE

    def _with_record(
        self, recorder: Recorder, ids: Sequence[str], query: Mapping[str, Sequence[str]], onward: str
    ) -> Answer:
        found = {record.id: record for id in ids for record in recorder.history(id) if self._is_own(record)}
        if not found:
            return self._page(self._not_found, query, onward)
        records = sorted(found.values(), key=lambda record: record.at)
        if "notice" in query:
            return self._notice(recorder, records, query, onward)
        if query.get("format") == ["json"]:
            return self._receipt(recorder, records)
        return self._page(Known.KEPT, query, onward, records)

    def _page(
        self,
        known: Known,
        query: Mapping[str, Sequence[str]],
        onward: str,
        records: Sequence[Record] = (),
    ) -> Answer:
        can_erase = self.enforcement.recorder is not None and bool(self.ids)
        page = self.pages.record(self.visit.consent, known, onward, records=records, can_erase=can_erase)
        # What was asked for besides the page is part of a record.
        is_there = bool(records) or not {"notice", "format"}.intersection(query)
        return Answer(200 if is_there else 404, self.pages.headers(_HTML), page)

    def _is_own(self, record: Record) -> bool:
        """Say whether a record is of this host, or of the domain that one answer counts for, and of this
        controller: the id is no key to anything else."""
        site, here = self.enforcement.policy.site, host_in_records(self.visit.host)
        is_shared = all(self.enforcement.cookies.is_for_domain(host) for host in (here, record.host))
        return record.controller == storable(site.controller) and (record.host == here or is_shared)

    def _receipt(self, recorder: Recorder, records: Sequence[Record]) -> Answer:
        notice = recorder.notice(records[0].notice) if records[0].notice else None
        made = receipt(
            records,
            notice=notice,
            policy=self.enforcement.policy,
            kept=recorder.kept_for,
            choices=self._choices_address(),
        )
        headers = [
            *self.pages.headers("application/json"),
            ("Content-Disposition", 'attachment; filename="consent-receipt.json"'),
        ]
        return Answer(200, headers, json.dumps(made, ensure_ascii=False, indent=2).encode("utf-8", "replace"))

    def _choices_address(self) -> str:
        """Return the address of the choices on this host, "" where the host has no name."""
        # Over plain HTTP nobody consents, unless a developer has said so.
        scheme, origin = "http" if self.enforcement.insecure else "https", self.visit.origin
        return f"{scheme}:{origin}{self.visit.endpoint('choices')}" if origin else ""

    def _notice(
        self,
        recorder: Recorder,
        records: Sequence[Record],
        query: Mapping[str, Sequence[str]],
        onward: str,
    ) -> Answer:
        """Show what the visitor was shown: nothing that none of their own records cites."""
        digest = query["notice"][0]
        notice = recorder.notice(digest) if any(one.notice == digest for one in records) else None
        if notice is None:
            return problem(404, self.pages)
        part = query.get("part", [""])[0]
        if part in _PARTS:
            # Browsers take the banner for what it is in a body only: there it was.
            shown = f"{_BEFORE_BANNER}{notice.banner}" if part == "banner" else notice.choices
            return Answer(200, shown_headers(), shown.encode("utf-8", "replace"))
        headers = self.pages.headers(_HTML, frames=True)
        return Answer(200, headers, self.pages.record_notice(digest, onward))

    # -- erasure ---------------------------------------------------------------------------------------------

    def orders(self, signed: str) -> tuple[Record, ...]:
        """Return the orders to erase the records that the visitor's cookies name, and those whose ids a form
        has brought `signed`."""
        visit, enforcement = self.visit, self.enforcement
        before = visit.consent.choice
        granted = withdrawn_by(enforcement.policy, before, Choice(0))
        ids = dict.fromkeys((*self.ids, *enforcement.cookies.record_ids.read(signed, visit.host)))
        return tuple(
            Record(
                Event.ERASED,
                at=int(time.time()),
                host=host_in_records(visit.host),
                controller=storable(enforcement.policy.site.controller),
                replaces=id,
                policy=enforcement.version,
                language=self.pages.language,
                control="erase",
                withdrawn=granted if before is not None and before.id.hex() == id else (),
            )
            for id in ids
        )

    def failed(self, orders: Sequence[Record], onward: str) -> bytes:
        """Return the page that says that the records could not be erased yet, with a form to try again."""
        ids = [order.replaces for order in orders]
        signed = self.enforcement.cookies.record_ids.sign(ids, self.visit.host)
        return self.pages.record_erasure(signed, onward, number=", ".join(ids), failed=True)
