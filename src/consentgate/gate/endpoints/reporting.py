"""What browsers and pages report: counted, or explained to a page that is being debugged."""

from __future__ import annotations

import json
from dataclasses import dataclass

from consentgate.gate.log.explanations import Explanations
from consentgate.gate.message import Answer, without
from consentgate.policy import Claim
from consentgate.web.url import Url, resolve

from .endpoint import Endpoint
from .reports import BadReport, Reported, read_reports, without_person
from .routes import LONGEST_FORM


@dataclass(frozen=True, slots=True)
class Reporting(Endpoint):
    """Takes reports of what was kept back in pages."""

    def count(self, body: bytes) -> Answer:
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

    def explain(self, body: bytes) -> Answer:
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
