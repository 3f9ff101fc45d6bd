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
        "controller": "Who answers for it: your company, or you.",
        "contact": "Where visitors can write to: an e-mail or web address.",
        "regime": "Whose law the site keeps: that of the European Union, the United Kingdom or the United "
        "States.",
        "hosts": "What counts as the site itself; by default the domain that is visited.",
        "consent_domain": 'The domain for all hosts of which one answer counts, like "example.org".',
        "languages": "The languages of the site, the main one first.",
        "undeclared": 'What opens the things that this file does not name: the id of a category, or "never".',
        "updated": "The day that visitors are told the policy is from; by default that of the file's last "
        "change.",
        "gate_redirects": "Whether to refuse redirects to hosts that are not allowed.",
        "gate_forms": "Whether to keep forms from being sent to hosts that are not allowed.",
        "dnt": 'Whether "Do Not Track" counts as a refusal; Global Privacy Control always does.',
        "csp": "The gate's Content-Security-Policy.",
        "connection_allowlist": "The gate's Connection-Allowlist, which stops links to other sites too.",
        "guard": "Whether our script keeps the scripts of your pages to what is allowed.",
        "reports": "Whether pages report what was kept back in them.",
        "report_only": "Whether to block nothing, and to count what would be blocked.",
        "share_links": "What comes in the place of blocked social buttons.",
        "prefix": "Where the gate's own pages are.",
        "privacy_url": "Your privacy policy, to which the banner links: a path, or an address on the web.",
        "imprint_url": "Your imprint, to which the banner links: a path, or an address on the web.",
        "keep_grants": "How long until those who consented are asked again: from 6 to 13 months; by default "
        "6, with the regime us as long as refusals.",
        "keep_refusals": "How long until those who refused are asked again: at least keep_grants, at most 13 "
        "months; by default as long as keep_grants, with the regime us 13.",
    },
    Banner: {
        "position": 'Along the bottom of the window ("bar"), in a corner ("box") or its middle ("dialog").',
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
        "dark": "The colours where a page, or else the system, is dark.",
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
        "authority_url": "Where that is on the web.",
        "transfers": 'Which data leave the European Economic Area and on what grounds, or "none".',
        "version": "What this version of the declaration is called.",
        "earlier": "Earlier versions, the newest first.",
    },
    EarlierVersion: {
        "version": "What the version was called.",
        "date": "The day from which it was in effect.",
        "url": "Where it can still be read.",
    },
    Category: {
        "id": 'A short name: lowercase letters, digits, "-" and "_".',
        "name": "The title that visitors read; by default ours for the default four, else the id.",
        "description": "A sentence for visitors on what it is for; by default ours for the default four.",
        "covers": "Which of the catalogue's categories belong here; by default what fits for the default "
        "four, else the one with this id.",
    },
    Measurement: {
        "conditions": "The conditions of the law that it meets: without all of them it needs consent.",
        "data_kept": "How long what it collects is kept: at most 25 months.",
        "processor": "Who measures on the site's behalf: required with hosts that are not the site's own.",
    },
    Cookie: {
        "name": "The cookie's name; it may end in *.",
        "category": 'The id of a category, or "never".',
        "reason": "Why a necessary cookie needs no consent.",
        "lifetime": "How long it lives. Without it a necessary cookie lives at most 13 months, and of any "
        "other visitors read that no time is stated.",
        "purpose": "A sentence for visitors on what it is for.",
        "measurement": "The conditions under which it counts visits without consent: required with the "
        'reasons "audience" and "uk-statistics".',
    },
    ServiceCookie: {
        "name": "The cookie's name; it may end in *.",
        "lifetime": "How long it lives.",
        "purpose": "A sentence for visitors on what it is for.",
    },
    Service: {
        "use": "The id or alias of a service in the catalogue, which fills in the rest.",
        "id": "A short name that no other service or category has.",
        "name": "What visitors read; by default the id.",
        "category": 'The id of a category, or "never".',
        "reason": "Why a necessary service needs no consent.",
        "pages": 'Where a necessary service is needed: paths of your site, by default all. "/checkout/*" '
        'does not include "/checkout": name both if you mean both.',
        "hosts": "Its hosts; *.x is everything below x, and not x.",
        "paths": "With hosts: which of their paths; without: paths on your own hosts.",
        "urls": 'Hosts with a path each, like "vendor.example/embed/*".',
        "cookies": "What it sets on your site; names may end in *.",
        "controller": "Who answers for it.",
        "privacy_url": "Its privacy policy, a web address.",
        "purpose": "A sentence for visitors on what it is for.",
        "measurement": "The conditions under which it counts visits without consent: required with the "
        'reasons "audience" and "uk-statistics".',
    },
}
