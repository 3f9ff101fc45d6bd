"""The site that is built: its policy, where it will be, and who decides on each of its pages."""

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
    """Return the policy of a site that declares nothing: all that is not its own goes. Links are in the
    language of their page."""
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
    """Decides for a page without our script: nothing in it stands in for what is blocked."""

    @property
    def stubs(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class BuiltSite:
    """The site that is built under a `policy`, to be published at `url` ("" where nobody knows it).

    `charset` is the one that its server will name for pages, None for none. Raises BuildError for a URL that
    is none.
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
        """True where it is known at which address the site will be."""
        return self.url != ""

    @cached_property
    def base(self) -> Url:
        """The URL of the site's folder."""
        url = page_url(self.url or _NOWHERE)
        return Url(url.scheme, url.host, url.path if url.path.endswith("/") else f"{url.path}/")

    def page(self, path: str) -> Url:
        """Return where visitors find the file at `path` in the site: the page of a folder by the folder's
        name."""
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
        """Return who decides for the page in the file at `path`: nobody has granted anything."""
        page = self.page(path)
        return _BuiltPageJudge(self._undecided, page.host, page.path)

    def widest_judge(self) -> Judge:
        """Return who decides for all pages at once: what is necessary on some of them passes."""
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
        # What is remembered of a policy's removed elements holds for its own judges alone: these have no
        # stubs.
        return Consent(replace(self.policy))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of all that the form of a page depends on, beside its own bytes."""
        policy = self.policy
        parts = (
            *(version("consentgate"), self.url, self.charset, sorted(READABLE)),
            *(policy.site, policy.categories, policy.cookies, policy.services, policy.texts),
        )
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()
