"""The report as JSON. Its keys are documented in docs/audit.md, and stay."""

from __future__ import annotations

import json
from typing import Any

from consentgate.audit.judging import Finding
from consentgate.audit.tour import Stage

from .report import Report

VERSION = 1


def as_json(report: Report) -> str:
    """Write the findings, and what was seen in each state."""
    written = {
        "version": VERSION,
        "url": report.tour.url,
        "made": report.made.isoformat(timespec="seconds"),
        "policy": report.policy or None,
        "counts": report.counts,
        "ways": [way._asdict() for way in report.ways],
        "findings": [_finding(finding) for finding in report.found.findings],
        "known": [_finding(finding) for finding in report.found.known],
        "ignored": [
            {**_finding(one.finding), "reason": one.ignore.reason, "until": one.ignore.until.isoformat()}
            for one in report.found.ignored
        ],
        "states": [_stage(stage) for stage in report.tour.stages],
    }
    return json.dumps(written, indent=2)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "state": finding.state,
        "subject": finding.subject,
        "service": finding.service or None,
        "what": finding.what,
        "to_do": finding.to_do,
        "declare": finding.declare or None,
        "requirements": finding.details.requirements,
        "pages": finding.pages,
        "by": finding.by,
        "urls": finding.urls,
        "fingerprint": finding.fingerprint,
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {
        "state": stage.state,
        "reached": stage.was_reached,
        "pages": [
            {
                "url": visit.url,
                "status": visit.status,
                "problem": visit.problem or None,
                "requests": [
                    {"url": r.url, "kind": r.kind, "by": r.by or None, "at": round(r.at, 3)}
                    for r in visit.requests
                ],
                "cookies": [
                    {
                        "name": cookie.name,
                        "domain": cookie.domain,
                        "path": cookie.path,
                        "lifetime": cookie.lifetime,
                        "http_only": cookie.http_only,
                        "by": cookie.by or None,
                    }
                    for cookie in visit.cookies
                ],
                "storage": [
                    {"kind": item.kind, "origin": item.origin, "key": item.key, "by": item.by or None}
                    for item in visit.items
                ],
            }
            for visit in stage.visits
        ],
    }
