"""Checks a site's own templates: they may add to ours and move things, but leave nothing out.

Visitors can read and do with them all that they can with ours, and nothing tells accepting from refusing.
"""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import msgspec
from jinja2 import TemplateSyntaxError

from consentgate.consent import Consent, decide
from consentgate.policy import Mistake, Policy, PolicyError
from consentgate.policy.messages import but_not, listed, shown

from .banner import Beside, Shows
from .page_outline import Control, Does, Outline, outline_of
from .pages import Pages
from .templating import REPLACEABLE, digest_of, environment

_NEXT = "/a/page"
_MOST_WORDS = 5
_PLAIN = frozenset(
    (
        *("a", "abbr", "article", "aside", "b", "bdi", "bdo", "br", "code", "dd", "details", "div"),
        *("dl", "dt", "em", "fieldset", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "i", "label", "legend", "li", "main", "nav", "ol", "p", "section", "small", "span"),
        *("strong", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    )
)
"""The elements that a template may have besides those that ours has: they load, run and hide nothing."""


def check_templates(policy: Policy) -> None:
    """Raise PolicyError with every mistake in the templates that the policy's theme names."""
    folder = policy.theme.templates
    if not folder:
        return
    mistakes = dict.fromkeys(_mistakes(policy, Path(folder)))
    if mistakes:
        raise PolicyError(mistakes)
    # Read now, since an event loop must not wait for a disk.
    digest_of(folder)


def _mistakes(policy: Policy, folder: Path) -> Iterator[Mistake]:
    names = {file.name for file in folder.glob("*.html")}
    if not names.intersection(REPLACEABLE):
        lacks = "has none of these" if folder.is_dir() else "is no folder"
        expected = f"expected a folder with any of {listed(REPLACEABLE)}: {shown(str(folder))} {lacks}"
        yield Mistake("policy", "[theme]", "templates", expected)
        return
    for name in sorted(names.intersection(environment().list_templates()).difference(REPLACEABLE)):
        expected = f"expected another name: of ours, only {listed(REPLACEABLE)} can be replaced"
        yield Mistake(str(folder / name), "", "", expected)
    plain = replace(policy, theme=msgspec.structs.replace(policy.theme, templates=""))
    for templates, render in _views(policy):
        files = " and ".join(str(folder / name) for name in templates if name in names)
        for language in policy.languages if files else ():
            ours = outline_of(render(Pages(plain, language=language)))
            try:
                theirs = outline_of(render(Pages(policy, language=language)))
            # Templates are code of the site's, so that anything may be raised.
            except Exception as error:
                line = _line_of(error, folder)
                expected = f"cannot be rendered{f', line {line}' if line else ''}: {error}"
                yield Mistake(files, "", "", expected)
                # No page can be made without its banner.
                return
            found = [*_differences(ours, theirs)]
            yield from (Mistake(files, "", "", expected) for expected in found)
            if found:
                # In the other languages it would be much the same.
                break


def _line_of(error: Exception, folder: Path) -> int | None:
    """Return the line of the site's template that raised `error`, where it tells."""
    if isinstance(error, TemplateSyntaxError):
        return error.lineno
    # Jinja writes templates into the traceback as if they were Python's files.
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno for frame in reversed(frames) if Path(frame.filename).parent == folder), None)


Render = Callable[[Pages], bytes]


def _views(policy: Policy) -> Iterator[tuple[tuple[str, ...], Render]]:
    """Yield how to render each thing that visitors may see, with the templates that it is made of."""
    for shows, beside in product((Shows.QUESTION, Shows.QUESTION_AGAIN), Beside.possible(policy)):
        yield ("banner.html",), partial(_banner, shows=shows, beside=beside)
    granted = Consent.of_choice(policy, decide(policy, "accept"), frozenset())
    saved = (decide(policy, "save", [service.id]) for service in policy.services)
    # As if all but one thing had been added since.
    some = [replace(choice, refused=frozenset()) for choice in saved if choice.is_grant][:1]
    since = (Consent.of_choice(policy, choice, frozenset()) for choice in some)
    for consent in (Consent(policy), Consent(policy, decide(policy, "refuse")), granted, *since):
        yield ("choices.html", "page.html"), partial(_choices, consent=consent)
    yield ("page.html",), partial(Pages.problem, status=404)


def _banner(pages: Pages, shows: Shows, beside: Beside) -> bytes:
    return pages.banner(_NEXT, shows=shows, beside=beside)


def _choices(pages: Pages, consent: Consent) -> bytes:
    return pages.choices(consent, _NEXT)


def _differences(ours: Outline, theirs: Outline) -> Iterator[str]:
    """Yield what is wrong with an outline that stands in the place of `ours`."""
    for does in _lacking(ours.controls, theirs.controls):
        yield f"missing: expected {does}"
    for does in _lacking(theirs.controls, ours.controls):
        yield f"expected no further control that decides, such as {does}"
    yield from _unfair(ours, theirs)
    for fact in ours.facts:
        if fact not in theirs.facts:
            yield f"missing: expected {fact}"
    for name in ours.classes - theirs.classes:
        yield f"missing: expected the class {shown(name)}, which the style sheet and machines look for"
    yield from _added(ours, theirs)
    for id in sorted(theirs.references - theirs.ids):
        yield f"expected an element with the id {shown(id)}, to which an attribute refers"
    yield from _unsaid(ours, theirs)


def _added(ours: Outline, theirs: Outline) -> Iterator[str]:
    for name in theirs.classes - ours.classes:
        yield f"expected no further element of the class {shown(name)}: its styles may hide what is in it"
    for name in sorted((theirs.elements - ours.elements).keys() - _PLAIN):
        yield f"expected no <{name}>: a template loads, runs and hides nothing, and [theme] has the styles"
    for name in theirs.attributes - ours.attributes:
        yield f"expected no further attribute {shown(name)}: it may hide, run, style, load or send something"


def _unsaid(ours: Outline, theirs: Outline) -> Iterator[str]:
    for link in ours.links:
        if not any(other.href == link.href and link.text in other.text for other in theirs.links):
            yield f"missing: expected a link to {shown(link.href)} with the words {shown(link.text.strip())}"
    pairs = (ours.seen, theirs.seen), (ours.words, theirs.words)
    unsaid = [*dict.fromkeys(text for mine, other in pairs for text in mine.texts if text not in other.text)]
    if unsaid:
        more = f" and {len(unsaid) - _MOST_WORDS} more" if len(unsaid) > _MOST_WORDS else ""
        said = f"the words {listed(unsaid[:_MOST_WORDS])}{more}, in sight where ours has them so"
        yield f"missing: expected {said}; [texts] in the policy can change them"


def _lacking(expected: Iterable[Control], found: Iterable[Control]) -> list[Does]:
    """List what the controls `expected` do and those `found` do not, as often as it is lacking."""
    does, done = (Counter(control.does for control in controls) for controls in (expected, found))
    return [*(does - done).elements()]


def _unfair(ours: Outline, theirs: Outline) -> Iterator[str]:
    labels = {control.does: control.label for control in ours.controls}
    for control in theirs.controls:
        label = labels.get(control.does, control.label)
        fits = control.label == label if control.does.kind == "submit" else label in control.label
        if not fits:
            expected = f"expected the words {shown(label)} on {control.does}{but_not(control.label)}"
            yield f"{expected}; [texts] in the policy can change them"
    accepting, refusing = (
        {
            (control.look, control.inside, control.parent)
            for control in theirs.controls
            if control.does.value == value
        }
        for value in ("accept", "refuse")
    )
    if accepting != refusing:
        yield "expected accepting and refusing side by side in one element, with the same attributes"
