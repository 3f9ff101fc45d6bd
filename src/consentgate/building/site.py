"""The site that is built: its policy, its URL, and the judges of its pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from urllib.parse import quote

import msgspec
from msgspec.structs import replace as replace_service

from consentgate.consent import Consent, Judge
from consentgate.gate.codings import READABLE
from consentgate.gate.csp.build import Net, net_for
from consentgate.gate.gate import page_url
from consentgate.policy import NEVER, Policy, Site
from consentgate.texts import languages
from consentgate.web.paths import PATH_CHARACTERS
from consentgate.web.url import Url, web_address

from .errors import BuildError

INDEX = "index.html"
"""The page that servers send for a folder."""

# RFC 6761, section 6.4: nobody will ever have it.
_NOWHERE = "https://invalid/"


def closed_policy() -> Policy:
    """Return the policy of a site that declares nothing: everything that is not its own goes. Links are in
    the language of their page."""
    spoken = tuple(dict.fromkeys(("en", *sorted(languages()))))
    return Policy(
        Site(
            name="This site",
            controller="The operator of this site",
            contact="See the site's imprint",
            undeclared=NEVER,
            languages=spoken,
        )
    )


class _BuiltPageJudge(Judge):
    """Judges for a page without our snippet, in which no stubs stand for blocked services."""

    @property
    def stubs(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class BuiltSite:
    """The site that is built under a `policy`, to be published at `url` ("" where nobody knows it).

    `charset` is the one that its server will name for pages, None for none. Raises BuildError where `url` is
    not http or https.
    """

    policy: Policy
    url: str = ""
    charset: str | None = None

    def __post_init__(self) -> None:
        try:
            _ = self.base
        except ValueError as error:
            raise BuildError(str(error)) from None

    @property
    def is_placed(self) -> bool:
        """True where the address of the site is known."""
        return self.url != ""

    @cached_property
    def base(self) -> Url:
        """The URL of the site's folder."""
        url = page_url(self.url or _NOWHERE)
        return Url(url.scheme, url.host, url.path if url.path.endswith("/") else f"{url.path}/")

    def page(self, path: str) -> Url:
        """Return the URL at which visitors find the file at `path` in the site. The page of a folder has the
        folder's URL."""
        folder, _, name = path.rpartition("/")
        shown = (f"{folder}/" if folder else "") if name == INDEX else path
        return Url(self.base.scheme, self.base.host, self.base.path + quote(shown, safe=PATH_CHARACTERS))

    def address(self, path: str) -> str:
        """Return the address of the page in the file at `path`, "" where nobody knows it."""
        if not self.is_placed:
            return ""
        folder, below = web_address(self.url, self.base).rstrip("/"), self.page(path).path
        return f"{folder}/{below.removeprefix(self.base.path)}"

    def judge(self, path: str) -> Judge:
        """Return the judge for the page in the file at `path`, of visitors who have granted nothing."""
        page = self.page(path)
        return _BuiltPageJudge(self._undecided, page.host, page.path)

    def widest_judge(self) -> Judge:
        """Return a judge for all pages at once: what is necessary on some pages passes."""
        services = (replace_service(service, pages=()) for service in self.policy.services)
        everywhere = replace(self.policy, services=tuple(services))
        return _BuiltPageJudge(Consent(everywhere), self.base.host, self.base.path)

    def net(self, judge: Judge) -> Net | None:
        """Return the net for a page of the site."""
        own = judge.own
        if not self.is_placed:
            own = replace(own, exact=own.exact - {self.base.host})
        return net_for(judge, own)

    @cached_property
    def _undecided(self) -> Consent:
        # A copy of the policy, since removed elements are remembered by policy, and judges with stubs give
        # other verdicts.
        return Consent(replace(self.policy))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything but its own bytes that the closed form of a file depends on."""
        policy = self.policy
        parts = (
            *(version("consentgate"), self.url, self.charset, sorted(READABLE)),
            *(policy.site, policy.categories, policy.cookies, policy.services, policy.texts),
        )
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
