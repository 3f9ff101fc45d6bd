"""Writes a policy from the configuration of another consent manager."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from consentgate.catalogue import KnownService
from consentgate.policy import NECESSARY, Policy, PolicyError
from consentgate.policy.categories import DEFAULT_CATEGORIES, category_for, default_category
from consentgate.texts import canonical, has_texts

from .foreign.model import ForeignCategory, ForeignConfiguration, ForeignCookie, ForeignService
from .recognising import (
    DEFAULT_IDS,
    OF_FRAMEWORKS,
    THIRD_PARTY,
    covers,
    default_for,
    is_certainly_necessary,
    known_service,
    likely_reason_of,
    plain_id,
    setter_of,
)
from .site import SiteAnswers, site_table
from .toml import comment, commented_out, quoted, wrapped

_FILE = "consentgate.toml"
_WHO = "{controller}"
"""What stands for the controller's name in the banner's introduction."""
_READ_OVER = "Is this true here, and is refusing put as nicely as accepting? Then take the signs away."


@dataclass(frozen=True, slots=True)
class Imported:
    """The `text` of a policy file, and what could not be carried over."""

    text: str
    left_out: tuple[str, ...]


def languages_of(configuration: ForeignConfiguration) -> tuple[str, ...]:
    """List the languages of a configuration that a policy can name, in its order."""
    return tuple(tag for tag in configuration.languages if has_texts(tag))


def policy_from(configuration: ForeignConfiguration, answers: SiteAnswers) -> Imported:
    """Write the policy that says what `configuration` does, for the site that `answers` describe.

    Raises PolicyError where an answer is not usable.
    """
    writer = _Writer(configuration, answers)
    head = (
        comment(f"Carried over from {configuration.of}. What is not named here stays blocked."),
        comment(
            "Where a line asks something, decide and take its comment sign away. Then: consentgate check"
        ),
        "",
        *writer.site(),
    )
    writer.begin("\n".join(head))
    for block in (
        *writer.categories(),
        *map(writer.service, configuration.services),
        *(writer.cookie(category, cookie) for category, cookie in configuration.cookies),
        *writer.texts(),
    ):
        writer.add(block)
    left_out = tuple(dict.fromkeys((*configuration.left_out, *writer.left_out)))
    if left_out:
        lines = (line for one in left_out for line in wrapped(one, "  ", "    "))
        writer.add("\n".join((comment("Not carried over:"), *lines)))
    return Imported(f"{writer.text}\n", left_out)


@dataclass(slots=True)
class _Writer:
    """Writes one block after another, each of which fits those before it."""

    configuration: ForeignConfiguration
    answers: SiteAnswers
    text: str = ""
    left_out: list[str] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)
    _ids: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._ids = {
            category.id: default_for(category) or plain_id(category.id) for category in self._categories()
        }

    def _categories(self) -> Iterator[ForeignCategory]:
        """Yield the categories that are described, and those that are only used."""
        described = {category.id for category in self.configuration.categories}
        yield from self.configuration.categories
        used = (service.category for service in self.configuration.services)
        for id in dict.fromkeys((*used, *(category for category, _ in self.configuration.cookies))):
            if id and id not in described:
                yield ForeignCategory(id)

    def site(self) -> Iterator[str]:
        """Write the `[site]` table."""
        answers, found = self.answers, self.configuration
        table = "\n".join(site_table(answers))
        Policy.parse(table, _FILE)
        with_url = partial(replace, privacy_url=found.privacy_url)
        with_kept = partial(replace, keep_grants=found.kept)
        for change, said in (
            (with_url, "the address of the privacy policy"),
            (with_kept, "how long choices are kept"),
        ):
            more = change(answers)
            written = "\n".join(site_table(more))
            try:
                Policy.parse(written, _FILE)
            except PolicyError as error:
                self.left_out.append(f"{said}: {error.mistakes[0].expected}")
            else:
                answers, table = more, written
        yield table

    def begin(self, head: str) -> None:
        """Write the head of the file."""
        self.text = head

    def add(self, block: str) -> None:
        """Add a block. One that does not fit goes into comments, with what is wrong with it."""
        if not block:
            return
        whole = f"{self.text}\n\n{block}"
        try:
            if not _is_comment(block):
                Policy.parse(whole, _FILE)
        except PolicyError as error:
            mistake = error.mistakes[0]
            why = f"{mistake.table} {mistake.key}: {mistake.expected}".strip()
            self.left_out.append(why)
            whole = f"{self.text}\n\n{comment(f'Does not fit: {why}')}\n{commented_out(block)}"
        self.text = whole

    # -- categories ------------------------------------------------------------------------------------------

    def categories(self) -> Iterator[str]:
        """Write tables where some category is none of our default ones: then all have to be there."""
        own = [category for category in self._categories() if self._ids[category.id] not in DEFAULT_IDS]
        if not own:
            return
        yield "\n\n".join(f"[[category]]\nid = {quoted(id)}" for id in DEFAULT_IDS if id != NECESSARY)
        for category in own:
            lines = ["[[category]]", f"id = {quoted(self._ids[category.id])}"]
            for key, words in (("name", category.titles), ("description", category.descriptions)):
                if word := self._main(words):
                    lines.append(f"{key} = {quoted(word)}")
            yield "\n".join(lines)

    def _main(self, words: Mapping[str, str]) -> str:
        """Return the words in the site's main language, else in any."""
        for tag in (*self.answers.languages, "", "zz"):
            if tag in words:
                return words[tag]
        return next(iter(words.values()), "")

    def _category(self, id: str, *, required: bool = False) -> str:
        if required or any(c.required for c in self.configuration.categories if c.id == id):
            return NECESSARY
        return self._ids.get(id, THIRD_PARTY)

    # -- services --------------------------------------------------------------------------------------------

    def service(self, service: ForeignService) -> str:
        """Write the table of a service: the catalogue's, where it is known there."""
        known = known_service(service)
        if known is not None and known.closed:
            return comment(f"{known.name} has closed: its markup can go.")
        category = self._category(service.category, required=service.required)
        if known is not None:
            return "\n".join(self._used_service(known, service, category))
        return "\n".join(self._described(service, category))

    def _used_service(self, known: KnownService, service: ForeignService, category: str) -> Iterator[str]:
        if known.id in self._used:
            return
        self._used.add(known.id)
        usual = category_for(known.category, DEFAULT_CATEGORIES) or default_category(known.category)
        if category == NECESSARY:
            yield comment(f"{self.configuration.of} required it. If the site cannot do without it, add this:")
            yield comment(f'category = "{NECESSARY}"')
            yield comment('reason = "..."')
        elif service.category and category != usual and category in DEFAULT_IDS:
            yield comment(f"{self.configuration.of} had it under {quoted(service.category)}.")
        yield f"[[service]]\nuse = {quoted(known.id)}"
        name = self._word(service, service.names)
        if name and plain_id(name) not in (plain_id(known.name), *self._names_of(known)):
            yield f"name = {quoted(name)}"
        if purpose := self._word(service, service.purposes):
            yield f"purpose = {quoted(purpose)}"
        if category not in DEFAULT_IDS:
            yield f"category = {quoted(category)}"
        more = [cookie for cookie in service.cookies if not covers(known, cookie.name)]
        if more:
            ours = (ForeignCookie(cookie.name, lifetime=cookie.lifetime) for cookie in known.cookies)
            yield f"cookies = [{', '.join(map(_service_cookie, (*ours, *more)))}]"

    def _described(self, service: ForeignService, category: str) -> Iterator[str]:
        id = plain_id(service.id)
        name = self._word(service, service.names) or service.id
        lines = ["[[service]]", f"id = {quoted(id)}", f"name = {quoted(name)}"]
        reason = ""
        if category == NECESSARY:
            likely = next(filter(None, (likely_reason_of(cookie.name) for cookie in service.cookies)), None)
            reason = f"reason = {quoted(likely or '...')}"
        lines.append(f"category = {quoted(category)}")
        if reason:
            lines.append(reason)
        if service.cookies:
            lines.append(f"cookies = [{', '.join(map(_service_cookie, service.cookies))}]")
        if purpose := self._word(service, service.purposes):
            lines.append(f"purpose = {quoted(purpose)}")
        yield comment(
            f"{self.configuration.of} does not say which hosts it contacts, and the gate has to know them."
        )
        yield comment("The log names them, with the lines to put here:")
        if service.cookies and not reason:
            yield "\n".join((*lines, '# hosts = ["..."]'))
        else:
            yield commented_out("\n".join((*lines, 'hosts = ["..."]')))
            self.left_out.append(f"{service.id}: {_lacks(service, reason)}")

    def _word(self, service: ForeignService, words: Mapping[str, str]) -> str:
        """Return what a policy can say of a service, in the site's main language. The others are left out."""
        word = self._main(words)
        others = [tag for tag, other in words.items() if tag and other != word]
        if others:
            self.left_out.append(
                f"{service.id}: its words in {', '.join(others)}; a service has words in one language"
            )
        return word

    def _names_of(self, known: KnownService) -> Iterator[str]:
        """Yield what others call the `known` service, which is no name of the site's own making."""
        yield from (known.id, *known.aliases)

    # -- cookies ---------------------------------------------------------------------------------------------

    def cookie(self, id: str, cookie: ForeignCookie) -> str:
        """Write the table of a cookie without a service, or of the one that is known to set it."""
        known = setter_of(cookie.name)
        category = self._category(id)
        if known is not None and known.category != NECESSARY and category != NECESSARY:
            return "\n".join(self._used_service(known, ForeignService(known.id, category=id), category))
        if category == NECESSARY and cookie.name in OF_FRAMEWORKS:
            return comment(
                f"{cookie.name}: frameworks set it, and their integrations exempt it by themselves."
            )
        lines = [f"[[cookie]]\nname = {quoted(cookie.name)}\ncategory = {quoted(category)}"]
        likely = likely_reason_of(cookie.name)
        if category == NECESSARY:
            lines.append(f"reason = {quoted(likely or '...')}")
        if cookie.lifetime:
            lines.append(f"lifetime = {quoted(cookie.lifetime)}")
        if cookie.purpose:
            lines.append(f"purpose = {quoted(cookie.purpose)}")
        if category != NECESSARY:
            return "\n".join(lines)
        if is_certainly_necessary(cookie.name):
            return "\n".join((comment("Is this the reason why the site cannot do without it?"), *lines))
        self.left_out.append(f"the cookie {cookie.name}: it was required, and only you can say why")
        asked = comment("Why can the site not do without it? docs/policy.md has the reasons.")
        return f"{asked}\n{commented_out(chr(10).join(lines))}"

    # -- texts -----------------------------------------------------------------------------------------------

    def texts(self) -> Iterator[str]:
        """Write what visitors read in each language: titles of the banner, words on categories."""
        spoken = {canonical(tag): tag for tag in self.answers.languages}
        with_words = [*self._with_words()]
        for tag in self.answers.languages:
            yield self._banner(tag)
            for category in with_words:
                id = self._ids[category.id]
                words = {
                    "title": self._in(category.titles, tag),
                    "description": self._in(category.descriptions, tag),
                }
                lines = [f"{key} = {quoted(word)}" for key, word in words.items() if word]
                place = f"{tag} {id}"
                if lines and place not in self._used:
                    self._used.add(place)
                    yield "\n".join((f"[texts.{quoted(tag)}.categories.{quoted(id)}]", *lines))
        for tag in dict.fromkeys((*self.configuration.titles, *self.configuration.intros)):
            if canonical(tag) not in spoken:
                self.left_out.append(f"texts in {tag}, which is not among the site's languages")

    def _banner(self, tag: str) -> str:
        """Write what the banner says in a language. Its introduction stays in comments: visitors have to read
        who asks them, and what it says of the old banner may be wrong here."""
        title = self._in(self.configuration.titles, tag)
        intro = self._in(self.configuration.intros, tag)
        if "{" in intro or "}" in intro:
            self.left_out.append(f"the banner's introduction in {tag}: it has parts in braces")
            intro = ""
        lines = [f"[texts.{quoted(tag)}.banner]"]
        if title:
            lines.append(f"title = {quoted(title)}")
        if intro:
            self.left_out.append(
                f"the banner's introduction in {tag}: it is in comments, for you to read over"
            )
            controller = self.answers.controller
            named = intro.replace(controller, _WHO) if controller in intro else f"{_WHO}: {intro}"
            head = [] if title else [commented_out(lines.pop())]
            lines += [comment(_READ_OVER), *head, commented_out(f"intro = {quoted(named)}")]
        return "\n".join(lines) if title or intro else ""

    def _with_words(self) -> Iterator[ForeignCategory]:
        """Yield the categories whose words fit the policy's: what they had under them is all of that."""
        services = [service for service in self.configuration.services if not service.required]
        used = {*(service.category for service in services), *(id for id, _ in self.configuration.cookies)}
        categories = [one for one in self._categories() if not used or one.id in used]
        ids = [self._ids[category.id] for category in categories]
        for category, id in zip(categories, ids, strict=True):
            if ids.count(id) == 1:
                yield category
            elif category.titles or category.descriptions:
                self.left_out.append(f"the words of {category.id}: more than that is now under {id}")

    def _in(self, words: Mapping[str, str], tag: str) -> str:
        found = next((word for other, word in words.items() if canonical(other) == canonical(tag)), "")
        # Words for all languages are those of the main one, which is all that the file says.
        return found or (words.get("", "") if tag == self.answers.languages[0] else "")


def _is_comment(block: str) -> bool:
    return all(line.startswith("#") for line in block.split("\n"))


def _service_cookie(cookie: ForeignCookie) -> str:
    lasts = f", lifetime = {quoted(cookie.lifetime)}" if cookie.lifetime else ""
    return f"{{ name = {quoted(cookie.name)}{lasts} }}"


def _lacks(service: ForeignService, reason: str) -> str:
    if reason:
        return "it was required, and only you can say why"
    return "neither hosts nor cookies of it are known"
