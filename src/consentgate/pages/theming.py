"""The custom properties of a theme, which every style sheet of the gate begins with."""

from __future__ import annotations

from collections.abc import Mapping

from consentgate.policy import Theme
from consentgate.policy.checks.theme import COLOURS, GENERIC_FAMILIES, families
from consentgate.policy.model import Colours

_ROOTS = ".consentgate,.consentgate-placeholder"


def for_pages(theme: Theme) -> str:
    """Return the properties for what goes into the site's pages, where each page has a colour scheme."""
    both = {key: (getattr(theme, key), getattr(theme.dark, key)) for key in COLOURS}
    # Browsers that do not know light-dark() (before 2024) have the light colours.
    varied = {key: f"light-dark({light},{dark})" for key, (light, dark) in both.items() if light != dark}
    return (
        _rule(_ROOTS, _colours(theme) | _shapes(theme))
        + f"@supports (color:light-dark(#000,#fff)){{{_rule(_ROOTS, varied)}}}"
    )


def for_documents(theme: Theme) -> str:
    """Return the properties for the gate's own documents, which have the system's colour scheme."""
    dark = _rule(":root", _colours(theme.dark))
    light = _rule(":root", _colours(theme) | _shapes(theme))
    return f"{light}@media (prefers-color-scheme:dark){{{dark}}}"


def _colours(colours: Colours) -> dict[str, str]:
    return {key: getattr(colours, key) for key in COLOURS}


def _shapes(theme: Theme) -> dict[str, str]:
    # Names are quoted, so that they are names whatever they are.
    named = [name if name.lower() in GENERIC_FAMILIES else f'"{name}"' for name in families(theme.font)]
    return {"radius": theme.radius, "button_radius": theme.button_radius, "font": ",".join(named)}


def _rule(selector: str, values: Mapping[str, str]) -> str:
    declarations = (f"--consentgate-{key.replace('_', '-')}:{value}" for key, value in values.items())
    return f"{selector}{{{';'.join(declarations)}}}"
