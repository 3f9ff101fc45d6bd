"""What each key of the policy file says, in a sentence for editors. `docs/policy.md` says more."""

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
    "button_text": "The words on buttons.",
}

DESCRIPTIONS: Mapping[type[msgspec.Struct], Mapping[str, str]] = {
    Site: {
        "name": "What the site is called.",
        "controller": "Who answers for it: your company, or you.",
        "contact": "Where visitors can write to: an e-mail or web address.",
        "regime": "Whose law the site keeps: that of the European Union, the United Kingdom or the United "
        "States.",
        "hosts": "What counts as the site itself; by default the domain that is visited.",
        "consent_domain": "The domain for all hosts of which one answer counts.",
        "languages": "The languages of the site, the main one first.",
        "undeclared": "What opens the things that this file does not name: a category, or never.",
        "updated": "The day that visitors are told the policy is from; by default that of the file's last "
        "change.",
        "gate_redirects": "Whether to refuse redirects to hosts that are not allowed.",
        "gate_forms": "Whether to keep forms from being sent to hosts that are not allowed.",
        "dnt": 'Whether "Do Not Track" counts as a refusal; Global Privacy Control always does.',
        "csp": "The gate's Content-Security-Policy.",
        "connection_allowlist": "The same as a Connection-Allowlist, which stops links to other sites too.",
        "guard": "Whether our script keeps the scripts of your pages to what is allowed.",
        "reports": "Whether pages report what was kept back in them.",
        "report_only": "Whether to block nothing, and to count what would be blocked.",
        "share_links": "What comes in the place of blocked social buttons.",
        "prefix": "Where the gate's own pages are.",
        "privacy_url": "Your privacy policy, to which the banner links: a path, or an address on the web.",
        "imprint_url": "Your imprint, to which the banner links: a path, or an address on the web.",
        "keep_grants": "How long until those who consented are asked again: from 6 to 13 months.",
        "keep_refusals": "How long until those who refused are asked again: at least keep_grants, at most 13 "
        "months.",
    },
    Banner: {
        "position": "Along the bottom of the window, in a corner, or in the middle.",
        "settings": 'The corner of the link to the privacy settings; with "none" your pages need one.',
        "not_on": "Paths on which nobody is asked, and what needs consent stays blocked.",
    },
    Theme: {
        **_COLOURS,
        "radius": 'The corners, from "0px" to "24px".',
        "button_radius": 'The corners of buttons, from "0px" to "24px".',
        "font": "Font families, the last one generic.",
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
        "address": "The postal address of who answers for the site.",
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
        "id": "A short name: lowercase letters, digits, - and _.",
        "name": "The title that visitors read.",
        "description": "A sentence for visitors on what it is for.",
        "covers": "Which of the catalogue's categories belong here.",
    },
    Measurement: {
        "conditions": "The conditions of the law that it meets: without all of them it needs consent.",
        "data_kept": "How long what it collects is kept: at most 25 months.",
        "processor": "Who measures on the site's behalf: required with hosts that are not the site's own.",
    },
    Cookie: {
        "name": "The cookie's name; it may end in *.",
        "category": 'The id of a category, or "never".',
        "reason": "Why it needs no consent: required where necessary.",
        "lifetime": "How long it lives; for a necessary cookie, at most 13 months unless this says more.",
        "purpose": "A sentence for visitors on what it is for.",
        "measurement": "The conditions under which it counts visits without consent.",
    },
    ServiceCookie: {
        "name": "The cookie's name; it may end in *.",
        "lifetime": "How long it lives.",
        "purpose": "A sentence for visitors on what it is for.",
    },
    Service: {
        "use": "The id or alias of a service in the catalogue, which fills in the rest.",
        "id": "A short name that no other service or category has.",
        "name": "What visitors read.",
        "category": 'The id of a category, or "never".',
        "reason": "Why it needs no consent: required where necessary.",
        "pages": "Where a necessary service is needed: paths of your site.",
        "hosts": "Its hosts; *.x is everything below x, and not x.",
        "paths": "With hosts: which of their paths; without: paths on your own hosts.",
        "urls": "Hosts with a path each.",
        "cookies": "What it sets on your site.",
        "controller": "Who answers for it.",
        "privacy_url": "Its privacy policy, a web address.",
        "purpose": "A sentence for visitors on what it is for.",
        "measurement": "The conditions under which it counts visits without consent.",
    },
}
