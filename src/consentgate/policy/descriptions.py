"""What each key of the policy file says, for editors and for the tables of `docs/policy.md`.

The tables are written by `tools/refresh_policy_reference.py`. What is in quotes here is a value.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from .model import (
    Banner,
    Category,
    Colours,
    ConsentMode,
    Cookie,
    DarkColours,
    Declaration,
    EarlierVersion,
    Measurement,
    Service,
    ServiceCookie,
    Site,
    Theme,
)

_COLOURS = {
    "background": "Behind the banner, the link to the settings, and the gate's own pages.",
    "surface": "Behind placeholders.",
    "text": "Words.",
    "line": "Borders.",
    "link": "Links, and the ring around what has the keyboard's focus.",
    "button": 'Buttons, the word "Choose", and boxes that are ticked.',
    "button_text": "The words on buttons, and the ring on one that has the focus.",
}

DESCRIPTIONS: Mapping[type[msgspec.Struct], Mapping[str, str]] = {
    Site: {
        "name": "What the site is called.",
        "controller": "Who answers for the site: your company, or you.",
        "contact": "Where visitors can write to: an e-mail or web address.",
        "regime": "Whose law the site keeps: that of the European Union, the United Kingdom or the United "
        "States.",
        "hosts": "The hosts that count as the site itself; by default the domain that is visited.",
        "consent_domain": 'A domain whose hosts share one answer of the visitor, like "example.org".',
        "languages": "The languages of the site, the main one first.",
        "undeclared": 'The id of the category that opens what this file does not name, or "never".',
        "updated": "The date of the policy, which visitors are told; by default the day of the file's last "
        "change.",
        "gate_redirects": "Whether to block redirects to hosts that are not allowed.",
        "gate_forms": "Whether to block forms that are sent to hosts that are not allowed.",
        "dnt": 'Whether "Do Not Track" counts as a refusal; Global Privacy Control always does.',
        "csp": "The gate's Content-Security-Policy.",
        "connection_allowlist": "The gate's Connection-Allowlist, which stops links to other sites too.",
        "guard": "Whether the gate's script keeps the scripts of your pages to what is allowed.",
        "reports": "Whether pages report to your server what was blocked in the browser.",
        "report_only": "Whether to block nothing, and only log and count what would be blocked.",
        "share_links": "What takes the place of blocked social buttons.",
        "prefix": "Where the gate's own pages are.",
        "privacy_url": "Your privacy policy, to which the banner links: a path, or an address on the web.",
        "imprint_url": "Your imprint, to which the banner links: a path, or an address on the web.",
        "keep_grants": "How long a consent counts, before visitors are asked again: 6 to 13 months; by "
        'default 6, and with the regime "us" as long as keep_refusals.',
        "keep_refusals": "How long a refusal counts, before visitors are asked again: from keep_grants to 13 "
        'months; by default as long as keep_grants, and with the regime "us" 13.',
    },
    Banner: {
        "position": 'Where the banner is: along the bottom of the window ("bar"), in a corner ("box") or in '
        'the middle ("dialog").',
        "settings": 'Where the link to the privacy settings is: the corner where a line starts ("start") or '
        'ends ("end"). With "none" your pages need a link of their own.',
        "not_on": 'Paths on which nobody is asked, like "/admin/*"; what needs consent stays blocked there. '
        "By default those of Django's admin.",
    },
    Theme: {
        **_COLOURS,
        "radius": 'The corners, from "0px" to "24px"; the bar along the bottom has none.',
        "button_radius": 'The corners of buttons, from "0px" to "24px".',
        "font": 'Font families, the last one generic ("serif", "sans-serif", "monospace", "system-ui", ...), '
        'like "Source Sans 3, sans-serif"; names need no quotes of their own.',
        "templates": "A folder beside this file with templates that take the place of ours.",
        "dark": "The colours on dark pages, and on other pages where the visitor's system is dark.",
    },
    Colours: _COLOURS,
    DarkColours: _COLOURS,
    ConsentMode: {
        "google": "What Google's tags are told (Consent Mode v2).",
        "uet": "What Microsoft Advertising's tags are told.",
        "clarity": "What Microsoft Clarity's tags are told.",
    },
    Declaration: {
        "address": "The postal address of the controller.",
        "dpo": 'How to reach your data protection officer, or "none".',
        "authority": "The supervisory authority that visitors can complain to.",
        "authority_url": "The authority's address on the web.",
        "transfers": 'Which data leave the European Economic Area, and on what grounds, or "none".',
        "version": "The name of this version of the declaration.",
        "earlier": "Earlier versions, the newest first.",
    },
    EarlierVersion: {
        "version": "The name of the version.",
        "date": "The day from which it was in effect.",
        "url": "Where the version can still be read.",
    },
    Category: {
        "id": 'A short name: lowercase letters, digits, "-" and "_".',
        "name": "The title that visitors read; the default four have one, others by default their id.",
        "description": "A sentence for visitors on what the category is for; the default four have one.",
        "covers": "The catalogue's categories that belong here; the default four have their own, others by "
        "default the one with their id.",
    },
    Measurement: {
        "conditions": "The conditions of the law that the measurement meets. Unless it meets all, it needs "
        "consent.",
        "data_kept": "How long the collected data are kept: at most 25 months.",
        "processor": "Who measures on the site's behalf: required if the hosts are not the site's own.",
    },
    Cookie: {
        "name": "The cookie's name; it may end in *.",
        "category": 'The id of a category, or "never".',
        "reason": "Why a necessary cookie needs no consent.",
        "lifetime": "How long the cookie lives. Without it, a necessary cookie is limited to 13 months; for "
        "any other, visitors read that no time is stated.",
        "purpose": "A sentence for visitors on what the cookie is for.",
        "measurement": "The conditions under which the cookie counts visits without consent: required with "
        'the reasons "audience" and "uk-statistics".',
    },
    ServiceCookie: {
        "name": "The cookie's name; it may end in *.",
        "lifetime": "How long the cookie lives.",
        "purpose": "A sentence for visitors on what the cookie is for.",
    },
    Service: {
        "use": "The id or alias of a service in the catalogue, which fills in the other keys.",
        "id": "A short name that no other service or category has.",
        "name": "The name that visitors read; by default the id.",
        "category": 'The id of a category, or "never".',
        "reason": "Why a necessary service needs no consent.",
        "pages": 'Where a necessary service is needed: paths of your site, by default all. "/checkout/*" '
        'does not include "/checkout": name both if you mean both.',
        "hosts": "The service's hosts. *.x is every host below x, without x itself.",
        "paths": "Paths on these hosts; without hosts, paths on your own.",
        "urls": 'Hosts with a path each, like "vendor.example/embed/*".',
        "cookies": "The cookies that the service sets on your site; names may end in *.",
        "controller": "The company behind the service.",
        "privacy_url": "The web address of the service's privacy policy.",
        "purpose": "A sentence for visitors on what the service is for.",
        "measurement": "The conditions under which the service counts visits without consent: required with "
        'the reasons "audience" and "uk-statistics".',
    },
}
