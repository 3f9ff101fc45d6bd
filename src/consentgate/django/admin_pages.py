"""Finds the paths of Django's admin, where nobody is asked: its visitors are the site's own staff."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, get_script_prefix, reverse
from django.utils import translation

from consentgate.log_fields import fields

_log = logging.getLogger("consentgate")


def admin_paths() -> tuple[str, ...]:
    """Return patterns for the paths of all admin sites in the URL configuration, in the form of `[banner]
    not_on`.

    There is no pattern for an admin at the root of the site, or of a language: other pages are below it, too.
    """
    if not apps.is_installed("django.contrib.admin"):
        return ()
    try:
        paths = dict.fromkeys(_index_paths())
    # URL configurations run any code of the site, so that anything may be raised.
    except Exception as error:
        # Django tries again at the first request, and reports the error itself.
        _log.warning(
            "the URL configuration cannot be read yet, so that the admin asks, too: %s",
            error,
            extra=fields("setup", about="admin pages"),
        )
        return ()
    codes = {settings.LANGUAGE_CODE, *(code for code, _ in settings.LANGUAGES)}
    return tuple(f"{path}*" for path in paths if path != "/" and path.strip("/") not in codes)


def _index_paths() -> Iterator[str]:
    """Yield the path of each admin site's index, also in languages in which it has another."""
    yield from _index_paths_in_active_language()
    languages = [code for code, _ in settings.LANGUAGES] if settings.USE_I18N else []
    found: list[str] = []
    for number, code in enumerate(languages):
        before = found
        with translation.override(code):
            found = [*_index_paths_in_active_language()]
        yield from found
        if number == 1 and found == before:
            # Most sites have the same path in all languages, and there may be a hundred to look at.
            return


def _index_paths_in_active_language() -> Iterator[str]:
    for name in get_resolver().app_dict.get("admin", ()):
        try:
            path = reverse(f"{name}:index")
        except NoReverseMatch:
            # Below a path with parameters, there is no one path.
            continue
        yield "/" + path.removeprefix(get_script_prefix())
