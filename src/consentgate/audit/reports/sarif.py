"""The report as SARIF 2.1.0 (OASIS), which code hosts show beside the code."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from consentgate.audit.judging import RULES, Finding, Rule

from .report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_IN_URI = "!#$%&'()*+,/:;=?@[]-._~"


def as_sarif(report: Report) -> str:
    """Write the findings as results, those that are ignored with why (section 3.27.23), those that are known
    as unchanged (section 3.27.24)."""
    found = report.found
    results = [
        *(_result(finding, report) | {"baselineState": "new"} for finding in found.findings),
        *(_result(finding, report) | {"baselineState": "unchanged"} for finding in found.known),
        *(
            _result(one.finding, report)
            | {"suppressions": [{"kind": "external", "justification": one.ignore.reason}]}
            for one in found.ignored
        ),
    ]
    driver = {
        "name": "consentgate",
        "version": version("consentgate"),
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": f"{rule.to_do}."},
        "properties": {"tags": ["privacy", *rule.requirements]},
    }


def _result(finding: Finding, report: Report) -> dict[str, Any]:
    by = f" By {', '.join(finding.by)}." if finding.by else ""
    return {
        "ruleId": finding.rule,
        "ruleIndex": [*RULES].index(finding.rule),
        "level": finding.level,
        "message": {"text": f"{finding.what}. {finding.to_do}.{by}"},
        "locations": [_location(page) for page in finding.pages or (report.tour.url,)],
        "partialFingerprints": {"consentgate/v1": finding.fingerprint},
    }


def _location(page: str) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": quote(page, safe=_IN_URI)}}}
