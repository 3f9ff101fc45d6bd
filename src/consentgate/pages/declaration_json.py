"""The declaration as JSON, for machines. docs/declaration.md has its schema."""

from __future__ import annotations

from typing import Any

import msgspec

from consentgate.policy import Policy
from consentgate.policy.model import Measurement

from .declaration import Declared, DeclaredCookie, DeclaredService

_FORMAT = 1
"""The version of the schema. It changes when a reader of an earlier one would be misled."""


def declaration_json(policy: Policy, declared: Declared, language: str, choices: str) -> bytes:
    """Write what is `declared` as JSON. `choices` is the path of the page on which visitors decide."""
    site, declaration = policy.site, policy.declaration
    document: dict[str, Any] = {
        "format": _FORMAT,
        "language": language,
        "version": declaration.version or None,
        "updated": site.updated,
        "earlier": [
            {"version": earlier.version, "date": earlier.date, "url": earlier.url or None}
            for earlier in declaration.earlier
        ],
        "site": {
            "name": site.name,
            "controller": site.controller,
            "contact": site.contact,
            "address": declaration.address or None,
            "dpo": declaration.dpo or None,
            "privacy_url": site.privacy_url or None,
            "imprint_url": site.imprint_url or None,
        },
        "authority": {"name": declaration.authority or None, "url": declaration.authority_url or None},
        "transfers": declaration.transfers or None,
        "enforced": not site.report_only,
        "choices": choices,
        "kept": {"grants": site.grants_kept, "refusals": site.refusals_kept},
        "signals": {"gpc": True, "dnt": site.dnt},
        "undeclared": site.undeclared,
        "categories": [
            {
                "id": category.id,
                "title": category.title,
                "description": category.description,
                "needs_consent": category.needs_consent,
                "cookies": [*map(_cookie, category.cookies)],
                "services": [*map(_service, category.services)],
                "unlisted": bool(category.unlisted),
            }
            for category in declared.categories
        ],
        "blocked": {
            "cookies": declared.blocked_cookies,
            "services": [*map(_service, declared.blocked_services)],
        },
    }
    if policy.site.regime != "eu":
        document["regime"] = policy.site.regime
    if policy.claims.objectable:
        document["objectable"] = {
            "cookies": [*map(_cookie, declared.objectable_cookies)],
            "services": [*map(_service, declared.objectable_services)],
        }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _service(service: DeclaredService) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "receiver": service.receiver,
        "purpose": service.purpose,
        "reason": service.reason,
        "privacy_url": service.privacy_url or None,
        "hosts": service.hosts,
        "paths": service.paths,
        "pages": service.pages,
        "cookies": [*map(_cookie, service.cookies)],
        **_measured(service.measurement),
    }


def _cookie(cookie: DeclaredCookie) -> dict[str, Any]:
    return {
        "name": cookie.name,
        "purpose": cookie.uses,
        "lifetime": cookie.lifetime,
        "reason": cookie.reason,
        **_measured(cookie.measurement),
    }


def _measured(measurement: Measurement | None) -> dict[str, Any]:
    """Say what is stated of something that counts visits without consent; nothing of anything else."""
    if measurement is None:
        return {}
    return {
        "measurement": {
            "conditions": measurement.conditions,
            "data_kept": measurement.data_kept,
            "processor": measurement.processor or None,
        }
    }
