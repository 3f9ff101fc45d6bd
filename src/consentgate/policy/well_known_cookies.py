"""Names of cookies that sites cannot do without, and the reason why each needs no consent."""

from __future__ import annotations

import re

from .model import Reason

_SESSIONS = frozenset(
    (
        *("session", "sessionid", "session_id", "sessid", "sid", "connect.sid", "koa.sid", "express.sid"),
        *("phpsessid", "jsessionid", "asp.net_sessionid", "laravel_session", "_session_id", "ci_session"),
        *("remember_token", "remember_user_token", "auth_token", "access_token", "refresh_token"),
        *("beaker.session.id", "fastapiusersauth", "webpy_session_id"),
    )
)
_TOKENS = frozenset(("csrftoken", "csrf_token", "csrf", "_csrf", "xsrf-token", "xsrf_token", "_xsrf"))
_PREFIXES = ("__host-", "__secure-")

_BALANCERS = (
    *("awsalb", "awsalbcors", "awsalbtg", "awsalbtgcors", "awselb", "awselbcors", "gclb", "gcilb"),
    *("arraffinity", "arraffinitysamesite", "applicationgatewayaffinity", "applicationgatewayaffinitycors"),
    *("bigipserver*", "citrix_ns_id*", "nsc_*", "nlbi_*", "serverid", "routeid", "ingresscookie", "do-lb"),
    *("__cflb", "x-oracle-bmc-lbs-route", "fly-machine-id"),
)
_PROTECTIONS = (
    *("cf_clearance", "__cf_bm", "_cfuvid", "cf_chl_*", "__cfruid", "__cfwaitingroom", "__ddg*", "datadome"),
    *("_abck", "ak_bmsc", "bm_sz", "bm_sv", "bm_mi", "bm_so", "bm_lso", "visid_incap_*", "incap_ses_*"),
    *("reese84", "aws-waf-token", "acw_tc", "sucuri_cloudproxy_uuid_*", "ts01*"),
)
_IN_FRONT: tuple[tuple[Reason, tuple[str, ...]], ...] = (
    ("load-balancing", _BALANCERS),
    ("security", _PROTECTIONS),
)
"""Names that load balancers and protections against bots use in front of an application, in small letters."""

_WORDS: tuple[tuple[Reason, frozenset[str]], ...] = (
    ("security", frozenset(("csrf", "xsrf", "csrftoken", "captcha", "nonce"))),
    (
        "authentication",
        frozenset(("session", "sessionid", "sess", "sessid", "auth", "login", "jwt", "token", "remember")),
    ),
    ("basket", frozenset(("cart", "basket", "bag", "checkout"))),
    ("ui-preference", frozenset(("lang", "language", "locale", "theme", "dark", "currency", "layout", "tz"))),
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def certain_reason(name: str) -> Reason | None:
    """Return why the cookie `name` needs no consent, where frameworks use it for logins or forms, or None."""
    plain = name.lower()
    for prefix in _PREFIXES:
        plain = plain.removeprefix(prefix)
    if plain in _SESSIONS:
        return "authentication"
    return "security" if plain in _TOKENS else None


def reason_in_front(name: str) -> Reason | None:
    """Return why the cookie `name` needs no consent, where a load balancer or a protection against bots in
    front of applications uses it, or None."""
    plain = name.lower()
    for reason, names in _IN_FRONT:
        if any(plain.startswith(known[:-1]) if known.endswith("*") else plain == known for known in names):
            return reason
    return None


def likely_reason(name: str) -> Reason | None:
    """Guess from the words in `name` why that cookie might need no consent."""
    words = {word.lower() for word in _WORD.findall(name)}
    certain = certain_reason(name) or reason_in_front(name)
    return certain or next((reason for reason, known in _WORDS if words & known), None)
