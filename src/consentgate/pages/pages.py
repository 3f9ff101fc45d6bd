"""Everything that visitors see of the gate, for one policy."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import quote

import msgspec

from consentgate.catalogue.patterns import Glob
from consentgate.consent import Consent
from consentgate.consent.choice_validity import Validity
from consentgate.consent.consent_mode import Answers
from consentgate.consent.record import Notice, Record
from consentgate.policy import OWN, Claim, Policy
from consentgate.policy.model import CONSENT_COOKIE
from consentgate.texts import Problem, Texts
from consentgate.web.paths import local_path, mount_path

from . import assets
from .banner import Banner, Beside, Shows
from .declaration import SIGNAL_NAMES, Declared, declared_by
from .declaration_json import declaration_json
from .declaration_markdown import declaration_markdown
from .frames import Frames
from .gpc import gpc_resource
from .headers import FramedBy, embed_headers, headers
from .languages import other_languages
from .listing import Listing, contact_link
from .own_record import Known, OwnRecord
from .templating import Slotted, attribute, environment, escaped, json_attribute

ERASED = "consentgate-erased"
"""The fragment of the address at which the choices say that a record was erased."""


class Pages:
    """Renders what goes into the site's pages (banner, placeholders) and the gate's own pages.

    `root` is the path that the application is mounted at, "" where it has the host to itself. `language` is
    the one of the policy's languages to speak, by default the first. `cookie` is the name of the consent
    cookie. Without `has_choices` no page of an error links to the choices. Nothing changes after
    construction, so that threads may share the object.
    """

    def __init__(
        self,
        policy: Policy,
        root: str = "",
        *,
        language: str = "",
        cookie: str = CONSENT_COOKIE,
        has_choices: bool = True,
    ) -> None:
        self.policy = policy
        default = policy.languages[0]
        self.language = language or default
        self.texts: Texts = policy.texts_in(self.language)
        # What links name for the page that they lead to. The default language goes without saying.
        self._lang = "" if self.language == default else self.language
        self._languages = other_languages(policy, self.language)
        self._cookie = cookie
        self._has_choices = has_choices
        self._not_on = tuple(map(Glob, policy.banner.not_on or ()))
        self._validity = Validity.of(policy.site)
        self._home = mount_path(root) + "/"
        self._base = mount_path(root) + policy.site.prefix
        self.stylesheets = assets.stylesheets(
            policy.theme, beside=Beside.possible(policy) != (Beside.NOTHING,)
        )
        self._listing = Listing(policy, self.texts)
        self._heads = {
            (runs_first, has_tags): self._slotted(
                "head.html",
                *("origin", "state", "before", "style_nonce", "script_nonce", "allows", "consent_mode"),
                *("guard", "stubs", "no_frames", "reports", "debug"),
                stylesheet=self.stylesheets.in_pages.name,
                snippet=(assets.SNIPPET_WITH_TAGS if has_tags else assets.SNIPPET).name,
                runs_first=runs_first,
            )
            for runs_first, has_tags in ((False, False), (True, False), (True, True))
        }
        self._banner = Banner(
            policy, self.texts, self._listing, self._base, self._lang, self.stylesheets.in_pages.name
        )
        self._placeholders = {
            link: self._slotted("placeholder.html", "origin", "next_query", "sentence", link=link)
            for link in (False, True)
        }
        self._onwards = self._slotted("onwards.html", "url")
        self._shares = {
            target: self._slotted("share.html", "url", "label", target=target) for target in (False, True)
        }
        self.frames = Frames(
            policy,
            self.texts,
            self._base,
            self.stylesheets.placeholders.name,
            lang=self._lang,
            allows_one=not self._listing.whole_categories_only,
        )

    def head(
        self,
        origin: str = "",
        *,
        state: str = "",
        style_nonce: str = "",
        script_nonce: str = "",
        before: str = "",
        allows: Iterable[str] = (),
        consent_mode: Mapping[str, Answers] | None = None,
        guard: str = "",
        stubs: Iterable[str] = (),
        frames: bool = True,
        debug: bool = False,
    ) -> bytes:
        """Return what goes at the start of a page's head.

        `origin` ("//host:port") makes the links absolute, where the page has a <base> that would lead them
        elsewhere. `state` names the consent that an open page was made for: the script compares it with
        what the endpoint `state` says is in effect. The nonces are from the page's own
        Content-Security-Policy, if it has any. `before` is for a page that answers a form, which must not be
        loaded again, since that would repeat what the form did: it is the path to load instead.
        `allows` has the ids of what the page may use, for its own code to ask. `consent_mode` has what the
        tags of each vendor are told, `guard` the rules for the page's scripts, and `stubs` the globals that
        stand for blocked services: with any of these our script runs before all others. Without `frames` the
        page may have none with pages of the site. With `debug` the page shows what was blocked in it.
        """
        told = msgspec.json.encode(consent_mode).decode() if consent_mode else ""
        stubbed = " ".join(stubs)
        has_tags = bool(told or stubbed)
        return self._heads[has_tags or bool(guard), has_tags].fill(
            origin=escaped(origin),
            state=attribute("data-state", state),
            before=attribute("data-before", local_path(before) if before else ""),
            style_nonce=attribute("nonce", style_nonce),
            script_nonce=attribute("nonce", script_nonce),
            allows=attribute("data-allows", " ".join(allows)),
            consent_mode=json_attribute("data-consent-mode", told),
            guard=json_attribute("data-guard", guard),
            stubs=attribute("data-stubs", stubbed),
            reports=attribute("data-reports", "true" if self.policy.site.reports else ""),
            debug=attribute("data-debug", assets.OVERLAY.name if debug else ""),
            no_frames=attribute("data-no-frames", "" if frames else "true"),
        )

    def are_asked_on(self, path: str) -> bool:
        """Say whether visitors are asked on the page at `path`, below the application's root."""
        return not any(pattern.matches(path) for pattern in self._not_on)

    def banner(
        self,
        next: str,
        origin: str = "",
        *,
        shows: Shows = Shows.QUESTION,
        beside: Beside = Beside.NOTHING,
        style_nonce: str = "",
    ) -> bytes:
        """Return what goes at the start of a page's body: a shadow root with what the page `shows` of the
        gate, and what stands `beside` the link to the settings.

        `next` is the path of the page, which a decision leads back to. `origin` and the nonce are as for
        `head`.
        """
        return self._banner.render(shows, next, origin, style_nonce, beside)

    def placeholder(self, claim: Claim, in_link: bool, next: str, origin: str = "") -> bytes:
        """Return what stands in the place of something that was blocked, because its `claim` is not covered.

        It is phrasing content. It links to the choices where a choice would open what was blocked, but not
        where it stands `in_link`. `next` and `origin` are as for `banner`.
        """
        words = self.texts.placeholder
        if claim.unit is not None:
            sentence = words.blocked
        elif claim.pages:
            sentence = words.elsewhere
        else:
            sentence = words.never
        return self._placeholders[claim.unit is not None and not in_link].fill(
            origin=escaped(origin),
            next_query=_query(local_path(next)),
            sentence=escaped(sentence.format(service=claim.name)),
        )

    def onwards(self, url: str) -> bytes:
        """Return a link to `url`, in the place of a refresh that would have led there unasked."""
        return self._onwards.fill(url=escaped(url))

    def visitor_stylesheet(self, asks: bool, beside: Beside = Beside.NOTHING) -> bytes:
        """Return what pages that are the same for everyone load for one visitor: it hides the banner unless
        it `asks` something, and shows what is to stand `beside` the link to the settings."""
        styles = assets.visitor_stylesheet(asks)
        names = {Beside.PERMIT: "permit", Beside.OBJECT: "object", Beside.OPTED_OUT: "opted-out"}
        if asks or Beside.possible(self.policy) == (Beside.NOTHING,):
            return styles
        return styles + assets.shown_to_visitor(names.get(beside, "nothing"))

    def share_link(self, url: str, network: str, *, visits: bool = False) -> bytes:
        """Return a link to `url`, in the place of a social button: the page of a `network` on which to share
        something, "" for e-mail. With `visits` it is what the button led to."""
        words = self.texts.share
        label = words.visit if visits else words.share if network else words.email
        return self._shares[network != ""].fill(
            url=escaped(url), label=escaped(label.format(network=network))
        )

    def choices_address(self, next: str) -> str:
        """Return the address of the page of the choices, whose link back leads to the path `next`."""
        return f"{self._base}choices?next={_query(local_path(next)).decode()}"

    def choices(self, consent: Consent, next: str) -> bytes:
        """Render the page on which a visitor sees and changes what is allowed."""
        listing = self._listing
        return self._page(
            "choices.html",
            next=local_path(next),
            languages=self._languages,
            endpoint="choices",
            contact_link=contact_link(self.policy.site.contact),
            state=self._state(consent, self.texts.choices.granted),
            can_withdraw=_can_withdraw(consent),
            added=_has_gained(consent),
            # To who has a consent that counts, no link may say that it was erased.
            was_erased=consent.choice is not None and not consent.choice.is_grant,
            categories=listing.categories(consent),
            whole=listing.whole_categories_only,
            exempt_title=listing.title(listing.necessary),
            exempt_description=listing.description(listing.necessary),
            beside=Beside.of(consent),
            objects=consent.objects,
            objectable=listing.objectable(),
            exempt_cookies=listing.exempt_cookies(),
            exempt_services=listing.exempt_services(),
            undeclared=listing.undeclared(),
            consent_cookie=self._cookie,
            consent_lifetime=self.texts.for_lifetime(self.policy.site.refusals_kept),
        )

    def declaration(self, consent: Consent, signals: Collection[str], next: str) -> bytes:
        """Render the page that declares every cookie and service, for a visitor with this `consent` whose
        browser sends these `signals`."""
        return self._page(
            "declaration.html",
            languages=self._languages,
            endpoint="declaration",
            level=2,
            state=self._state(consent, self.texts.declaration.granted),
            can_withdraw=_can_withdraw(consent),
            added=_has_gained(consent),
            **self._declaration_context(next, signals, consent),
        )

    def record(
        self, consent: Consent, known: Known, next: str, *, records: Sequence[Record] = (), can_erase: bool
    ) -> bytes:
        """Render the page on which a visitor sees what is `known` of their decisions: the `records`, from the
        oldest to the newest, or what their cookie says."""
        choice = consent.choice
        own, decided = OwnRecord(self.policy, self.texts, self._listing), []
        if records:
            decided = own.of_records(records)
        elif choice is not None and choice.is_grant:
            decided = [own.of_cookie(choice, self._validity.end(choice))]
        is_refusal = choice is not None and choice.is_answer and not choice.is_grant
        return self._page(
            "record.html",
            next=local_path(next),
            languages=self._languages,
            endpoint="record",
            contact_link=contact_link(self.policy.site.contact),
            # What was granted stands below.
            state=self._state(consent, "") if is_refusal else "",
            known=own.says(known),
            decided=decided,
            has_older=own.has_older(records),
            has_receipt=bool(records),
            can_erase=can_erase,
        )

    def record_notice(self, digest: str, next: str) -> bytes:
        """Render the page that shows what a visitor was shown: the notice with this digest, in frames."""
        return self._page("record_notice.html", notice=digest, next=local_path(next))

    def record_erasure(self, signed: str, next: str, *, number: str = "", failed: bool = False) -> bytes:
        """Render the page that asks whether to erase a record, whose id is `signed`, or says that it
        `failed` and gives the record's `number`."""
        return self._page(
            "record_erase.html",
            signed=signed,
            next=local_path(next),
            number=number,
            failed=failed,
            contact_link=contact_link(self.policy.site.contact),
        )

    def record_unavailable(self) -> bytes:
        """Render the page that says that the record cannot be read at the moment."""
        words = self.texts.record
        problem = Problem(words.unavailable_title, words.unavailable)
        return self._page("problem.html", problem=problem, has_choices=self._has_choices)

    def erased_address(self, next: str) -> str:
        """Return the address of the page of the choices, which says that a record was erased."""
        return f"{self.choices_address(next)}#{ERASED}"

    def declaration_part(self, next: str, *, level: int = 2) -> str:
        """Render the declaration as a part of a page of the site, with headings from `level` on.

        `next` is the path of that page. Nothing in it depends on the visitor. Raises ValueError for a level
        that headings do not have.
        """
        if level not in range(1, 7):
            raise ValueError(f"level: expected one of 1 to 6, not {level!r}")
        context = self._declaration_context(next)
        template = environment().get_template("declaration_part.html")
        return template.render(level=level, state="", can_withdraw=False, **self._context, **context)

    def declaration_json(self) -> bytes:
        """Write the declaration as JSON."""
        return declaration_json(self.policy, self._declared, self.language, f"{self._base}choices")

    def declaration_markdown(self) -> str:
        """Write the declaration as Markdown."""
        undeclared, choices = self._listing.undeclared(), f"{self._base}choices"
        return declaration_markdown(self.policy, self._declared, self.texts, undeclared, choices)

    @cached_property
    def notice(self) -> Notice:
        """What visitors are shown before they decide, as everyone gets it: the banner of the home page, and
        the page of the choices."""
        banner = self.banner(self._home).decode("utf-8", "replace")
        choices = self.choices(Consent(self.policy), self._home).decode("utf-8", "replace")
        return Notice(self.language, banner, choices)

    @property
    def _declared(self) -> Declared:
        return declared_by(self.policy, self.texts, self._listing, self._cookie)

    def _declaration_context(
        self, next: str, sent: Collection[str] = (), consent: Consent | None = None
    ) -> dict[str, Any]:
        """Return the variables of the templates that declare, for a visitor whose browser has `sent` these
        signals and who has given this `consent`."""
        policy, declared = self.policy, self._declared
        updated = policy.site.updated
        given = [unit for unit in policy.claims.units if consent is not None and consent.grants(unit)]
        return {
            "next": local_path(next),
            "contact_link": contact_link(policy.site.contact),
            "dpo_link": contact_link(policy.declaration.dpo),
            "slots": policy.declaration,
            "updated": self.texts.for_day(updated) if updated else "",
            "declared": declared,
            # The site's own use of a category is marked by the category's id.
            "allowed": {unit.category if unit.service == OWN else unit.service for unit in given},
            "undeclared": self._listing.undeclared(),
            "signals": [
                {"name": name, "is_honoured": signal in declared.signals, "is_sent": signal in sent}
                for signal, name in SIGNAL_NAMES.items()
            ],
            "earlier": [
                {"version": version.version, "url": version.url, "day": self.texts.for_day(version.date)}
                for version in policy.declaration.earlier
            ],
        }

    def problem(self, status: int) -> bytes:
        """Render the page that explains one of the gate's own errors."""
        problem = self.texts.for_problem(status)
        return self._page("problem.html", problem=problem, has_choices=self._has_choices)

    def refused_redirect(self) -> bytes:
        """Render the page that stands in the place of a redirect which the visitor may not follow."""
        problem = self.texts.problems.redirect
        return self._page("problem.html", problem=problem, has_choices=self._has_choices)

    def framed_decision(self, next: str) -> bytes:
        """Render the page that answers a decision from inside a frame.

        It leads to the choices in a window of their own, and from there to `next`.
        """
        return self._page("frame.html", problem=self.texts.problems.frame, next=local_path(next))

    def gpc(self) -> bytes:
        """Write the site's statement on Global Privacy Control, with the policy's date."""
        return gpc_resource(self.policy.site.updated)

    def headers(
        self,
        content_type: str,
        cache_control: str = "no-store",
        *,
        framed_by: FramedBy = "nobody",
        frames: bool = False,
    ) -> list[tuple[str, str]]:
        """Return the headers of one of the gate's own pages or files."""
        return headers(content_type, cache_control, framed_by=framed_by, frames=frames)

    def embed_headers(self, hosts: Sequence[str] = ()) -> list[tuple[str, str]]:
        """Return the headers of a page in the frame of an embed, which loads frames from these `hosts`."""
        return embed_headers(hosts)

    @property
    def _context(self) -> dict[str, Any]:
        """The variables that every template has."""
        return {"texts": self.texts, "site": self.policy.site, "base": self._base, "lang": self._lang}

    def _slotted(self, template: str, *slots: str, **context: Any) -> Slotted:
        return Slotted(template, slots, **self._context, **context)

    def _page(self, template: str, **context: Any) -> bytes:
        text = (
            environment(self.policy.theme.templates)
            .get_template(template)
            .render(home=self._home, stylesheet=self.stylesheets.own_pages.name, **self._context, **context)
        )
        return text.encode("utf-8", "replace")

    def _state(self, consent: Consent, granted: str) -> str:
        """Say in words where the visitor stands; `granted` is what to say to who has given consent."""
        words = self.texts.choices
        choice = consent.choice
        if choice is None or not choice.is_answer:
            if self.policy.askable:
                return words.undecided
            # Where something can be objected to there is something to decide: what, stands there.
            return "" if self.policy.claims.objectable else words.nothing_asked
        consented = granted if consent.is_given else words.suspended
        sentence = consented if choice.is_grant else words.refused
        return sentence.format(at=self._day(choice.at), until=self._day(self._validity.end(choice)))

    def _day(self, second: int) -> str:
        return self.texts.for_day(datetime.datetime.fromtimestamp(second, datetime.UTC).date())


def _can_withdraw(consent: Consent) -> bool:
    return consent.choice is not None and consent.choice.is_grant


def _has_gained(consent: Consent) -> bool:
    """Say whether something was added to the policy since a visitor's decision."""
    return consent.choice is not None and consent.choice.is_answer and consent.asks


# Every placeholder of a page has the page's own path in it: escaping is most of what one costs.
@lru_cache(maxsize=256)
def _query(path: str) -> bytes:
    # The path's own percent signs are escaped again, because the whole path is one value.
    return quote(path, safe="/").encode()
