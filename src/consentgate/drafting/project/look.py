"""Looks at the files of a project."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from consentgate.texts import has_texts

from .code import Application, Code
from .files import Place, Track, files_of, read, untracked
from .framework import Framework, FrameworkCookie, cookies_of, dependencies_of, framework_of

_PAGES_LANGUAGE = re.compile(rb"<html\b[^>]*\slang=[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)[\"'\s>]", re.I)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Project:
    """What the files in `folder` tell of a site.

    `framework` is "" where none was recognised. `application` is where it is made, and `settings_file`
    Django's. `framework_cookies` are exempted by the integration. `cookies` are set by the site's own code,
    each with its place. `markup` are templates and pages, and `languages` those that these say they are in.
    `is_cut` says that there are more files than were looked at.
    """

    folder: Path
    framework: Framework = ""
    application: Application | None = None
    settings_file: str = ""
    framework_cookies: tuple[FrameworkCookie, ...] = ()
    cookies: tuple[tuple[str, Place], ...] = ()
    markup: tuple[Path, ...] = ()
    languages: tuple[str, ...] = ()
    is_cut: bool = False


def look_at(folder: Path, track: Track = untracked) -> Project:
    """Return what the files in `folder` tell. No code is run, and `track` is told of the files."""
    files = files_of(folder)
    code = Code()
    for file in track(files.code, "Reading code"):
        if (source := read(file)) is not None:
            code.read(source, file.relative_to(folder).as_posix())
    dependencies = dependencies_of(folder)
    framework = framework_of(code, dependencies, has_manage=(folder / "manage.py").is_file())
    of_framework = cookies_of(framework, code, dependencies)
    exempt = {cookie.name for cookie in of_framework}
    return Project(
        folder,
        framework,
        _application(framework, code),
        _settings_file(folder, code.settings_module) if framework == "django" else "",
        tuple(of_framework),
        tuple((name, place) for name, place in code.cookies.items() if name not in exempt),
        files.markup,
        tuple(_languages(code.language, files.markup)),
        files.is_cut,
    )


def _application(framework: Framework, code: Code) -> Application | None:
    return next((one for one in code.applications if one.kind.lower() == framework), None)


def _settings_file(folder: Path, module: str) -> str:
    path = module.replace(".", "/")
    candidates = (f"{path}.py", f"{path}/__init__.py") if path else ()
    return next((file for file in candidates if (folder / file).is_file()), "")


def _languages(setting: str, markup: tuple[Path, ...]) -> list[str]:
    """List the languages of a setting and of pages that there are texts in, without their regions."""
    tags = [setting] if _LANGUAGE.fullmatch(setting) else []
    tags += [match[1].decode() for file in markup for match in _PAGES_LANGUAGE.finditer(read(file) or b"")]
    return [*dict.fromkeys(main for tag in tags if has_texts(main := tag.partition("-")[0].lower()))]
