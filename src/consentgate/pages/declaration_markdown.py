"""The declaration as Markdown (CommonMark), to be kept, printed or put into another page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentgate.policy import NONE, Policy
from consentgate.texts import Texts

from .declaration import SIGNAL_NAMES, Declared, DeclaredCookie, DeclaredService
from .listing import contact_link

_MARKUP = re.compile(r"[\\`*_\[\]<&~|]|\A[#>+=-]")
"""What would be read as markup in a line, or at its beginning (CommonMark, section 2.4)."""
_NUMBERED = re.compile(r"\A([0-9]+)([.)])")
"""What would begin a numbered list (CommonMark, section 5.2)."""
_MARKUP_IN_LINK = re.compile(r"[\\<>&]")
_ESCAPED = r"\\\g<0>"


def declaration_markdown(
    policy: Policy, declared: Declared, texts: Texts, undeclared: str, choices: str
) -> str:
    """Write what is `declared` as Markdown. `undeclared` says what happens to the rest, and `choices` is the
    path of the page on which visitors decide."""
    writer = _Writer(policy, declared, texts)
    parts = writer.beginning(choices) if policy.site.report_only else writer.all(undeclared, choices)
    return "\n\n".join(filter(None, parts)) + "\n"


class _Writer:
    def __init__(self, policy: Policy, declared: Declared, texts: Texts) -> None:
        self._policy = policy
        self._declared = declared
        self._texts = texts
        self._words = texts.declaration

    def beginning(self, choices: str) -> Iterator[str]:
        """Yield what is said while nothing is enforced yet."""
        yield _heading(1, f"{self._words.title}: {self._policy.site.name}")
        yield _text(self._texts.choices.report_only)
        yield _link(self._texts.banner.settings, choices)
        yield _list(self._who())

    def all(self, undeclared: str, choices: str) -> Iterator[str]:
        words, site = self._words, self._policy.site
        yield _heading(1, f"{words.title}: {site.name}")
        yield _text(words.intro.format(site=site.name))
        yield _list(self._who())
        yield _heading(2, words.what_title)
        yield from map(_text, (words.what, words.law, words.refusing))
        yield _heading(2, self._texts.choices.state)
        yield f"{_text(words.change)} {_link(self._texts.banner.settings, choices)}"
        yield _heading(2, words.uses)
        yield _text(words.embeds) if self._declared.foreign else ""
        yield from self._categories()
        yield from self._objectable()
        yield _heading(2, self._texts.choices.undeclared)
        yield _text(undeclared)
        yield from self._blocked()
        yield _heading(2, words.delete_title)
        yield _text(words.delete)
        by_hand = words.delete_computer, words.delete_mac, words.delete_iphone, words.delete_phone
        yield _list(map(_text, (*by_hand, words.delete_site)))
        yield _heading(2, words.signals_title)
        yield _list(map(_text, self._signals()))
        yield _text(words.us) if site.regime == "us" else ""
        yield _heading(2, words.rights_title)
        yield _text(words.rights)
        yield _list(self._authority())
        if self._policy.declaration.earlier:
            yield _heading(2, words.earlier)
            yield _list(self._earlier())

    def _who(self) -> Iterator[str]:
        site, declaration = self._policy.site, self._policy.declaration
        link = contact_link(site.contact)
        yield _fact(self._texts.choices.controller, _text(site.controller))
        yield _fact(self._words.address, _text(declaration.address))
        yield _fact(self._texts.choices.contact, _link(site.contact, link) if link else _text(site.contact))
        if declaration.dpo != NONE:
            yield _fact(self._words.dpo, _text(declaration.dpo))
        yield _fact(self._words.version, _text(declaration.version))
        yield _fact(self._words.updated, _text(self._texts.for_day(site.updated)) if site.updated else "")

    def _categories(self) -> Iterator[str]:
        words, choices = self._words, self._texts.choices
        for category in self._declared.categories:
            yield _heading(3, category.title)
            yield _text(category.description)
            yield _text(words.asked if category.needs_consent else choices.exempt_help)
            if category.cookies:
                yield _heading(4, choices.own)
                yield _list(self._by(self._policy.site.controller, self._policy.site.controller))
                yield _list(map(self._cookie, category.cookies), bullet="*")
            for service in category.services:
                yield from self._service(service)
            if category.unlisted:
                yield _heading(4, choices.unlisted)
                yield _text(category.unlisted)

    def _objectable(self) -> Iterator[str]:
        declared, choices = self._declared, self._texts.choices
        if not (declared.objectable_cookies or declared.objectable_services):
            return
        yield _heading(2, choices.objectable)
        yield _text(choices.objectable_help)
        yield _list(map(self._cookie, declared.objectable_cookies), bullet="*")
        for service in declared.objectable_services:
            yield from self._service(service)

    def _service(self, service: DeclaredService) -> Iterator[str]:
        words, choices = self._words, self._texts.choices
        yield _heading(4, service.name)
        yield _text(service.purpose)
        yield _text(service.because)
        yield _list(
            (
                *self._by(service.receiver, service.name if service.cookies else ""),
                _fact(words.receives, _text(words.receives_what) if service.is_foreign else ""),
                _fact(choices.hosts, _codes(service.hosts)),
                _fact(choices.own_paths, "" if service.is_foreign else _codes(service.paths)),
                _fact(choices.pages, _codes(service.pages)),
                self._privacy(service),
            )
        )
        yield _list(map(self._cookie, service.cookies), bullet="*")

    def _privacy(self, service: DeclaredService) -> str:
        url = service.privacy_url
        return _link(self._texts.choices.privacy.format(service=service.name), url) if url else ""

    def _by(self, receiver: str, setter: str) -> Iterator[str]:
        yield _fact(self._texts.choices.provider, _text(receiver))
        yield _fact(self._words.set_by, _text(setter))

    def _cookie(self, cookie: DeclaredCookie) -> str:
        kept = _fact(self._words.kept, _text(cookie.kept))
        return f"{_code(cookie.name)}: {_text(cookie.uses)} ({kept})"

    def _blocked(self) -> Iterator[str]:
        declared = self._declared
        if declared.blocked_cookies or declared.blocked_services:
            yield _heading(2, self._words.blocked_title)
            yield _text(self._words.blocked)
            names = map(_code, declared.blocked_cookies)
            yield _list((*names, *map(self._blocked_service, declared.blocked_services)))

    def _blocked_service(self, service: DeclaredService) -> str:
        return f"{_text(service.name)}: {_codes(service.names)}"

    def _signals(self) -> Iterator[str]:
        for signal, name in SIGNAL_NAMES.items():
            honoured = signal in self._declared.signals
            text = self._words.signal_honoured if honoured else self._words.signal_ignored
            yield text.format(signal=name)

    def _authority(self) -> Iterator[str]:
        declaration = self._policy.declaration
        none = declaration.transfers == NONE
        yield _fact(self._words.authority, _link(declaration.authority, declaration.authority_url))
        yield _fact(
            self._words.transfers, _text(self._words.transfers_none if none else declaration.transfers)
        )

    def _earlier(self) -> Iterator[str]:
        for earlier in self._policy.declaration.earlier:
            name = f"{self._words.version} {earlier.version}"
            yield f"{_link(name, earlier.url)}: {_text(self._texts.for_day(earlier.date))}"


def _heading(level: int, text: str) -> str:
    return f"{'#' * level} {_text(text)}"


def _list(items: Iterable[str], bullet: str = "-") -> str:
    """Return a list. One right after another needs a `bullet` of its own, or they are one list (CommonMark,
    section 5.3)."""
    return "\n".join(f"{bullet} {item}" for item in items if item)


def _fact(name: str, value: str) -> str:
    """Return a named value; nothing where there is none."""
    return f"{_text(name)}: {value}" if value else ""


def _link(text: str, url: str) -> str:
    """Return a link, or only its text without a `url`."""
    return f"[{_text(text)}](<{_MARKUP_IN_LINK.sub(_ESCAPED, url)}>)" if url else _text(text)


def _text(text: str) -> str:
    """Return `text` with nothing in it that Markdown would read as markup."""
    line = _MARKUP.sub(_ESCAPED, " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", line)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(_code, names))


def _code(name: str) -> str:
    """Return `name` as code. Its fence is longer than any in it (CommonMark, section 6.1)."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", name)), default=0))
    space = " " if name.startswith("`") or name.endswith("`") else ""
    return f"{fence}{space}{name}{space}{fence}"
