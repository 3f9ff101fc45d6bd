"""Loads the settings of a Django project, for commands that are asked to look at them."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

import click

from consentgate.policy.advice.reviewed import Reviewer

_VARIABLE = "DJANGO_SETTINGS_MODULE"


def reviewer_of_django(module: str | None) -> Reviewer:
    """Return what compares policies with the settings in `module`, by default those that the environment
    names. This runs code of the project, as `manage.py check` does.

    Raises UsageError where no module is named, and ClickException where it cannot be loaded.
    """
    name = module or os.environ.get(_VARIABLE)
    if not name:
        mend = "Name the settings: --django-settings MODULE"
        raise click.UsageError(f"--django: {_VARIABLE} is not set. {mend}")
    os.environ[_VARIABLE] = name
    # As for manage.py, which stands in the folder of the project.
    sys.path.insert(0, str(Path.cwd()))
    try:
        django: Any = importlib.import_module("django")
        django.setup()
    except Exception as error:
        # Code of the project may raise anything.
        raise click.ClickException(
            f"--django-settings: {name} cannot be loaded: {type(error).__name__}: {error}"
        ) from None
    from consentgate.django.policy_review import review_cookies

    return review_cookies
