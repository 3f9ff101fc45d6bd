"""Judges whom the pages contact: third parties, trackers on the site's own hosts and behind its names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentgate.audit.absolute_urls import query_of, resolved
from consentgate.audit.observations import SeenRequest, State
from consentgate.audit.tour import SeenScript, Stage
from consentgate.policy import Claim
from consentgate.web.url import Url

from .aliases import tracker_among
from .exemptions import level_of_host
from .findings import Finding, some
from .rules import IN_WORDS, WHEN
from .verdicts import Verdicts, named, shown

HINTS = {
    "dns-prefetch": "to look up",
    "preconnect": "to connect to",
    "reporting": "to report to",
    "speculation rule": "to fetch ahead from",
}
"""The kinds of requests that markup or headers ask browsers for, which need not have been seen, in words."""

NAVIGATION = "navigation"
"""The kind of request by which a visitor gets to a page. Where the site's answer leads is its own act."""


@dataclass(frozen=True, slots=True)
class ContactRules:
    """Finds contacts without consent. `aliases` are the names that hosts of the site's own lead to."""

    verdicts: Verdicts
    aliases: Mapping[str, Sequence[str]]

    def broken_in(self, stage: Stage) -> Iterator[Finding]:
        """Yield what the requests and scripts of a stage break."""
        for visit in stage.visits:
            for request in visit.requests:
                if request.kind != NAVIGATION:
                    yield from self._by_request(request, stage.state)
        if stage.state in WHEN:
            for script in stage.scripts:
                yield from self._by_element(script, stage.state)

    def _by_request(self, request: SeenRequest, state: State) -> Iterator[Finding]:
        url, judge = resolved(request.url), self.verdicts.judge(request.page, state)
        if not url.has_valid_host:
            return
        claim = judge.url(url.host, url.path)
        if url.host not in judge.own:
            if claim is not None:
                yield from self._third_party(url, claim, request, state)
        elif state in WHEN:
            if claim is None and request.kind == "script":
                claim = judge.own_script(url.host, url.path, query_of(request.url), {})
            if claim is not None:
                yield self._own_path(url, claim, request, state)
            else:
                yield from self._alias(url, request, state)

    def _third_party(self, url: Url, claim: Claim, request: SeenRequest, state: State) -> Iterator[Finding]:
        has_policy = self.verdicts.declared is not None
        if state not in WHEN:
            if has_policy:
                what = f"the page contacts {shown(url.host, claim)}, which no consent covers"
                yield self._of_host("undeclared-third-party", url, claim, request, state, what)
            return
        family, does = "third-party", "contacts"
        if request.kind in HINTS:
            family, does = "hint", f"asks browsers {HINTS[request.kind]}"
        what = f"the page {does} {shown(url.host, claim)}"
        yield self._of_host(f"{family}-{WHEN[state]}", url, claim, request, state, what)

    def _of_host(
        self, rule: str, url: Url, claim: Claim, request: SeenRequest, state: State, what: str
    ) -> Finding:
        has_policy = self.verdicts.declared is not None
        return Finding(
            rule,
            "error" if has_policy else level_of_host(url.host, url.path),
            state,
            url.host,
            f"{IN_WORDS[state]}, {what}",
            self.verdicts.to_do(rule, claim),
            (request.page,),
            named(claim, url.host),
            some(request.by),
            (request.url,),
            self.verdicts.host_lines(url.host, claim, request.url, request.page),
            claim.service or "",
        )

    def _by_element(self, script: SeenScript, state: State) -> Iterator[Finding]:
        """Yield a tracker's script that its element's attributes give away."""
        url, judge = resolved(script.url), self.verdicts.judge(script.page, state)
        claim = judge.own_script(url.host, url.path, query_of(script.url), script.attributes)
        if claim is not None:
            request = SeenRequest(script.url, "script", script.page, script.page)
            yield self._own_path(url, claim, request, state)

    def _own_path(self, url: Url, claim: Claim, request: SeenRequest, state: State) -> Finding:
        rule, subject = f"own-path-tracker-{WHEN[state]}", f"{url.host}{url.path}"
        return Finding(
            rule,
            "error",
            state,
            subject,
            f"{IN_WORDS[state]}, the page loads {claim.name} from {subject}",
            self.verdicts.to_do(rule, claim),
            (request.page,),
            claim.name,
            some(request.by),
            (request.url,),
            self.verdicts.service_lines(claim),
            claim.service or "",
        )

    def _alias(self, url: Url, request: SeenRequest, state: State) -> Iterator[Finding]:
        tracker = tracker_among(self.aliases.get(url.host, ()))
        claims = self.verdicts.policy.claims
        if tracker is None or claims.declared(url.host, url.path, own=True):
            return
        alias, name = tracker
        rule = f"cname-tracker-{WHEN[state]}"
        claim = claims.by_url(alias, "/", own=False)[0][0]
        yield Finding(
            rule,
            "error",
            state,
            url.host,
            f"{IN_WORDS[state]}, the page contacts {url.host}, which is an alias of {alias} ({name})",
            self.verdicts.to_do(rule, claim),
            (request.page,),
            name,
            some(request.by),
            (request.url,),
            self.verdicts.host_lines(url.host, claim, request.url, request.page),
            claim.service or "",
        )
