"""A single embed: its placeholder, and how it is opened for once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consentgate.consent.embed import Embed
from consentgate.gate.csp.build import hosts_of
from consentgate.gate.message import Answer
from consentgate.gate.request.fetch_metadata import is_clicked_by_script, is_framed_by_own_page
from consentgate.gate.response.page_insertions import LONGEST_ADDRESS
from consentgate.html.rewriting.insertions import EMBED_ATTRIBUTES
from consentgate.pages.frames import Means
from consentgate.policy import Claim
from consentgate.web.url import resolve

from .endpoint import Endpoint
from .routes import BadForm, problem, query_of, read_form


@dataclass(frozen=True, slots=True)
class Embeds(Endpoint):
    """Opens embeds, one at a time, and shows what stands in their place."""

    def open(self, body: bytes) -> Answer:
        """Open one embed for this once. That is no consent to anything else, and nothing records it."""
        request, log = self.visit.request, self.enforcement.log.decisions
        if (foreign := self.foreign()) is not None:
            return foreign
        try:
            form = read_form(request, body)
        except BadForm as error:
            log.unreadable_form(error.reason, error.status)
            return problem(error.status, self.pages)
        signed = form.get("embed", [""])[0]
        embed = self.enforcement.embeds.read(signed, self.visit.host)
        if embed is None:
            return problem(400, self.pages)
        claim = self._opening_claim(embed)
        if claim is None:
            return problem(403, self.pages)
        onward, window = form.get("next", ["/"])[0], "window" in form
        if is_clicked_by_script(request):
            # Only a person opens it, and can do so there.
            page = self.pages.frames.placeholder(claim, embed.url, signed, onward, Means())
            return Answer(200, self.pages.embed_headers(), page)
        page = self.pages.frames.opened(embed, claim.name, signed, onward, window=window)
        return Answer(200, self.pages.embed_headers(self._hosts_of(embed)), page)

    def _opening_claim(self, embed: Embed) -> Claim | None:
        """Return the claim on what a placeholder stands for, if consent to its service would open it."""
        claims = self.enforcement.policy.claims
        claim = claims.of_service(embed.service) if claims.has_service(embed.service) else None
        if claim is None or claim.unit is None:
            return None
        judge = self.visit.judge
        target = resolve(embed.url, self.visit.page)
        groups = claims.by_url(target.host, target.path, own=target.host in judge.own)
        opens = all(any(one == claim or judge.passes(one) for one in group) for group in groups)
        return claim if opens else None

    def _hosts_of(self, embed: Embed) -> list[str]:
        """List the hosts that the frame of an opened embed may load from: its service's, and its own."""
        services = self.enforcement.policy.services
        hosts = [host for service in services if service.id == embed.service for host in hosts_of(service)]
        own = resolve(embed.url, self.visit.page).host
        return [*dict.fromkeys((own, *hosts))]

    def placeholder(self) -> Answer:
        """Show the placeholder of an embed: one that was opened, again, or one that the guard met."""
        query = query_of(self.visit.request)
        onward = query.get("next", ["/"])[0]
        if "src" in query:
            return self._placeholder_for(query, onward)
        signed = query.get("embed", [""])[0]
        embed = self.enforcement.embeds.read(signed, self.visit.host)
        claim = self._opening_claim(embed) if embed is not None else None
        if embed is None or claim is None:
            return problem(404, self.pages)
        page = self.pages.frames.placeholder(claim, embed.url, signed, onward, Means())
        return Answer(200, self.pages.embed_headers(), page)

    def _placeholder_for(self, frame: Mapping[str, Sequence[str]], onward: str) -> Answer:
        """Show a placeholder for a `frame`, by its attributes, that a script would have put into a page.

        It signs what would open. Another site's page could use that for any URL of a declared service.
        """
        visit = self.visit
        url = frame["src"][0]
        target = resolve(url, visit.page)
        claim = visit.judge.url(target.host, target.path) if target.is_on_the_web else None
        if claim is None or not is_framed_by_own_page(visit.request):
            return problem(404, self.pages)
        signed = ""
        if claim.declared and claim.service is not None and len(url) <= LONGEST_ADDRESS:
            attributes = tuple((name, frame[name][0]) for name in EMBED_ATTRIBUTES if name in frame)
            signed = self.enforcement.embeds.sign(Embed(url, claim.service, attributes), visit.host)
        page = self.pages.frames.placeholder(claim, url, signed, onward, Means())
        return Answer(200, self.pages.embed_headers(), page)
