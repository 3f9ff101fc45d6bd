"""Machines that answer consent banners for visitors, let loose on the page that a visitor has open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from duckduckgo_autoconsent import bundle, rules_json
from playwright.sync_api import Page

CONTRIB = Path(__file__).resolve().parents[2] / "contrib"
AUTOCONSENT = json.loads((CONTRIB / "autoconsent.json").read_text("utf-8"))
CONSENT_O_MATIC = json.loads((CONTRIB / "consent-o-matic.json").read_text("utf-8"))

LISTEN = "() => { window.heard = []; window.autoconsentSendMessage = async (one) => { heard.push(one) } }"
START = """([rules, config]) => window.autoconsentReceiveMessage({
    type: "initResp", rules: { autoconsent: JSON.parse(rules) }, config,
})"""
HEARD = "type => window.heard.find(message => message.type === type)"

# What of Consent-O-Matic's rule format our rule uses, read as its README says; a `parent` with a shadow root
# stands for that root. It is in no package registry.
PRESS_AS_CONSENT_O_MATIC = """async (rule) => {
    const all = ({ selector, displayFilter, ...more }, top) => {
        if (Object.keys(more).length) throw new Error("unknown filter: " + Object.keys(more));
        return [...(top.shadowRoot ?? top).querySelectorAll(selector)]
            .filter(({ offsetHeight }) => (displayFilter ?? offsetHeight > 0) === offsetHeight > 0);
    };
    const find = ({ parent, target }) => {
        const top = parent ? all(parent, document)[0] : document;
        return top && all(target, top)[0];
    };
    const matches = (matchers) => [matchers].flat().every((matcher) => {
        if (matcher.type !== "css") throw new Error("unknown matcher: " + matcher.type);
        return find(matcher);
    });
    if (!rule.detectors.some((one) => matches(one.presentMatcher) && matches(one.showingMatcher))) return 0;
    let clicks = 0;
    for (const name of ["HIDE_CMP", "OPEN_OPTIONS", "HIDE_CMP", "DO_CONSENT", "SAVE_CONSENT"]) {
        const action = rule.methods.find((method) => method.name === name)?.action;
        if (!action) continue;
        if (action.type !== "click") throw new Error("unknown action: " + action.type);
        find(action)?.click();
        clicks++;
    }
    return clicks;
}"""


def others_rules() -> list[Any]:
    """DuckDuckGo's rules for the banners of others."""
    return json.loads(rules_json())


class Autoconsent:
    """DuckDuckGo's autoconsent in a page, which takes any action at once that its `config` names."""

    def __init__(self, page: Page, rules: list[Any], **config: Any) -> None:
        self._page = page
        page.evaluate(LISTEN)
        page.evaluate(bundle())
        # A megabyte of rules travels faster as one string. In the page's own world nobody has to run their
        # scripts for it.
        page.evaluate(START, [json.dumps(rules), {"isMainWorld": True, **config}])

    def says(self, kind: str) -> dict[str, Any]:
        """Wait for its message of that `kind`."""
        self._page.wait_for_function(HEARD, arg=kind)
        return self._page.evaluate(HEARD, kind)

    def tests_itself(self) -> bool:
        """Say whether it thinks that its answer was taken."""
        self._page.evaluate("() => window.autoconsentReceiveMessage({ type: 'selfTest' })")
        return self.says("selfTestResult")["result"]


def press_as_consent_o_matic(page: Page) -> int:
    """Do what our rule tells Consent-O-Matic to do, and count its clicks."""
    return page.evaluate(PRESS_AS_CONSENT_O_MATIC, CONSENT_O_MATIC["consentgate"])
