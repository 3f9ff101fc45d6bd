"""Words that people write in a policy, by habit or as elsewhere, and our words for the same."""

from __future__ import annotations

from collections.abc import Mapping

TABLES: Mapping[str, str] = {
    **dict.fromkeys(("general", "config", "settings", "website", "policy", "consentgate"), "site"),
    **dict.fromkeys(("style", "styles", "colors", "colours", "design", "appearance"), "theme"),
    **dict.fromkeys(("popup", "dialog", "notice", "modal"), "banner"),
    **dict.fromkeys(("purpose", "purposes", "group", "groups"), "category"),
    **dict.fromkeys(
        ("vendor", "vendors", "tracker", "trackers", "script", "scripts", "apps", "third_party", "embeds"),
        "service",
    ),
    **dict.fromkeys(("translations", "i18n", "labels", "strings", "language", "wording"), "texts"),
}
"""Our names of tables."""

KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("description", "desc", "explanation", "what"), ("purpose", "description")),
    **dict.fromkeys(("title", "label"), ("name",)),
    **dict.fromkeys(("type", "group", "categories", "consent"), ("category",)),
    **dict.fromkeys(("domain", "domains", "src", "origin", "url", "urls", "host"), ("hosts", "privacy_url")),
    **dict.fromkeys(("provider", "vendor", "company", "owner", "operator", "publisher"), ("controller",)),
    **dict.fromkeys(("email", "mail", "e-mail"), ("contact",)),
    **dict.fromkeys(("policy", "privacy", "privacy_policy", "privacy_link", "link"), ("privacy_url",)),
    **dict.fromkeys(("imprint", "legal", "legal_notice"), ("imprint_url",)),
    **dict.fromkeys(
        ("expires", "expiry", "expiration", "max_age", "max-age", "maxage", "duration", "age", "ttl"),
        ("lifetime", "keep_grants"),
    ),
    **dict.fromkeys(
        ("retention", "keep", "lifetime", "consent_lifetime", "cookie_lifetime"), ("lifetime", "keep_grants")
    ),
    **dict.fromkeys(("lang", "language", "locale", "locales"), ("languages",)),
    **dict.fromkeys(("date", "last_updated", "modified"), ("updated",)),
    **dict.fromkeys(("service", "catalogue", "catalog", "template", "preset"), ("use",)),
    **dict.fromkeys(("exclude", "excluded", "hide_on", "except"), ("not_on",)),
    **dict.fromkeys(("color", "colour", "primary", "accent"), ("button",)),
    **dict.fromkeys(("foreground", "text_color", "text_colour"), ("text",)),
    **dict.fromkeys(("bg", "background_color", "background_colour"), ("background",)),
    **dict.fromkeys(("border", "border_color", "border_colour"), ("line",)),
    **dict.fromkeys(("border_radius", "rounded"), ("radius",)),
    **dict.fromkeys(("font_family", "fonts"), ("font",)),
    **dict.fromkeys(("authority_link",), ("authority_url",)),
}
"""Our keys, for each word those that it may be: the first that the table has."""

_ASKED = "nothing is allowed before visitors have said so"
_NEEDED = 'write category = "necessary", and a reason why the site cannot do without it'
_IN_CODE = "it is an argument of Gate(...), or of your framework's settings"

ADVICE: Mapping[str, str] = {
    **dict.fromkeys(("default", "enabled", "checked", "opt_out", "preselected"), _ASKED),
    **dict.fromkeys(("required", "necessary", "essential", "mandatory", "readonly"), _NEEDED),
    **dict.fromkeys(
        ("basis", "legal_basis", "lawful_basis"), "the basis is consent, or a reason for necessary"
    ),
    **dict.fromkeys(("secret_key", "secret", "insecure", "trusted_proxies", "ledger", "debug"), _IN_CODE),
    **dict.fromkeys(("path", "secure", "httponly", "http_only", "samesite"), "the name tells the cookie"),
    **dict.fromkeys(("services", "cookies"), "write category = ... in the table of each"),
    **dict.fromkeys(("gpc", "sec_gpc"), "Global Privacy Control always counts as a refusal"),
    **dict.fromkeys(("css", "stylesheet"), "style sheets of your own go into templates"),
    "light": "write light colours under [theme], and dark ones under [theme.dark]",
    "cookie_name": "the consent cookie has a fixed name",
}
"""What to do instead, for words that stand for none of our keys."""

REASONS: Mapping[str, str] = {
    **dict.fromkeys(("login", "session", "auth", "user", "account"), "authentication"),
    **dict.fromkeys(("csrf", "xsrf", "fraud", "bot", "bots", "anti-spam"), "security"),
    **dict.fromkeys(("cart", "shopping", "shop"), "basket"),
    **dict.fromkeys(("checkout", "billing"), "payment"),
    **dict.fromkeys(("language", "preferences", "preference", "theme", "ui", "locale"), "ui-preference"),
    **dict.fromkeys(("consent", "cookie-consent", "banner"), "choice"),
    **dict.fromkeys(("analytics", "statistics", "stats", "measurement", "performance"), "audience"),
    **dict.fromkeys(("loadbalancing", "load balancer", "balancing", "sticky"), "load-balancing"),
    **dict.fromkeys(("paywall", "quota", "metering"), "paywall-quota"),
}
"""Our reasons."""

LANGUAGES: Mapping[str, str] = {
    **{"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es"},
    **{"español": "es", "italian": "it", "italiano": "it", "dutch": "nl", "nederlands": "nl", "polish": "pl"},
    **{"portuguese": "pt", "swedish": "sv", "danish": "da", "czech": "cs", "greek": "el", "japanese": "ja"},
    **{
        "jp": "ja",
        "cn": "zh",
        "cz": "cs",
        "dk": "da",
        "gr": "el",
        "gb": "en-GB",
        "us": "en-US",
        "at": "de-AT",
    },
    **{
        "ch": "de-CH",
        "eng": "en",
        "deu": "de",
        "ger": "de",
        "fra": "fr",
        "fre": "fr",
        "ua": "uk",
        "rs": "sr",
    },
}
"""Codes of languages, for their names and for countries."""

WORDS: Mapping[str, Mapping[object, str]] = {
    "position": {
        **dict.fromkeys(("bottom", "footer", "top", "header", "banner", "full"), "bar"),
        **dict.fromkeys(("corner", "bottom-left", "bottom-right", "left", "right", "cloud", "card"), "box"),
        **dict.fromkeys(("center", "centre", "middle", "modal", "popup", "overlay"), "dialog"),
    },
    "settings": {
        "left": "start",
        "bottom-left": "start",
        "right": "end",
        "bottom-right": "end",
        False: "none",
    },
    "csp": {False: "off", True: "on", "report only": "report-only", "report_only": "report-only"},
    "connection_allowlist": {False: "off", True: "on", "report only": "report-only"},
    "share_links": {False: "none", True: "links", "link": "links"},
    "undeclared": {False: "never"},
    "dpo": {False: "none"},
    "transfers": {False: "none"},
}
"""For keys that take one of a few words, ours for what else is written there."""
