"""Reads a site's use of tarteaucitron: `tarteaucitron.init({...})` and the services pushed to its `job`."""

from __future__ import annotations

import re

from .javascript import Value
from .model import ForeignConfiguration, ForeignService
from .values import NO_BUTTONS, days, skipped_in, text, unread_in

_JOB = re.compile(r"""tarteaucitron\.job\b[^;\n]{0,80}?\.push\(\s*(['"])([\w-]+)\1\s*\)""")
# In days, unless the page says that it counts in hours.
_EXPIRE = re.compile(r"""\btarteaucitronForceExpire\s*=\s*['"]?([0-9.]+)""")
_IN_HOURS = re.compile(r"\btarteaucitronExpireInDay\s*=\s*false\b")
_COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|(?<![:\"'\w/])//[^\n]*", re.DOTALL)
KNOWN = {
    "abtasty": "ab-tasty",
    "addthis": "addthis",
    "addtoanyfeed": "addtoany",
    "addtoanyshare": "addtoany",
    "adsense": "google-adsense",
    "adsenseauto": "google-adsense",
    "analytics": "google-analytics",
    "bingads": "microsoft-uet",
    "crazyegg": "crazy-egg",
    "facebook": "facebook",
    "facebookcomment": "facebook",
    "facebooklikebox": "facebook",
    "facebookpixel": "meta-pixel",
    "facebookpost": "facebook",
    "gajs": "google-analytics",
    "googleads": "google-ads",
    "googleadwordsconversion": "google-ads",
    "googleadwordsremarketing": "google-ads",
    "googlefonts": "google-fonts",
    "googlemaps": "google-maps",
    "googlemapsembed": "google-maps",
    "googlemapssearch": "google-maps",
    "googletagmanager": "google-tag-manager",
    "gplus": "google-plus",
    "gtag": "google-analytics",
    "intercomchat": "intercom",
    "jsapi": "google-hosted-libraries",
    "linkedin": "linkedin",
    "linkedininsighttag": "linkedin-insight",
    "maps_noapi": "google-maps",
    "matomocloud": "matomo",
    "matomohightrack": "matomo",
    "matomotm": "matomo",
    "multiplegoogletagmanager": "google-tag-manager",
    "multiplegtag": "google-analytics",
    "pinterest": "pinterest",
    "tawkto": "tawk",
    "tiktok": "tiktok-pixel",
    "twitter": "x",
    "twitterembed": "x",
    "twittertimeline": "x",
    "twitteruwt": "x-pixel",
    "typekit": "adobe-fonts",
    "xiti": "xiti",
    "xiti_smarttag": "xiti",
    "youtubeapi": "youtube",
    "youtubeplaylist": "youtube",
    "zopim": "zendesk",
}
"""Ids in our catalogue for the names of tarteaucitron's services that say something else, or not enough."""


def jobs_in(source: str) -> list[str]:
    """List the services that `source` pushes to the job, each once."""
    return [*dict.fromkeys(match[2] for match in _JOB.finditer(_COMMENT.sub("", source)))]


def read_tarteaucitron(config: dict[str, Value], source: str) -> ForeignConfiguration:
    """Read the object that `tarteaucitron.init` is given, and the services in the `source` around it."""
    services = [ForeignService(job, known=KNOWN.get(job.lower(), "")) for job in jobs_in(source)]
    plain = _COMMENT.sub("", source)
    expire = None if _IN_HOURS.search(plain) else _EXPIRE.search(plain)
    left_out = [*skipped_in(config), *unread_in("tarteaucitron", config, ("privacyUrl",))]
    if "tarteaucitronCustomText" in plain:
        left_out.append(NO_BUTTONS)
    return ForeignConfiguration(
        "tarteaucitron",
        services=tuple(services),
        privacy_url=text(config.get("privacyUrl")),
        kept=days(expire[1]) if expire else "",
        left_out=tuple(left_out),
    )
