"""Fixtures: a recorder that stands for all other hosts, and a certificate for them."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.certificate import NoOpenSSL, make_certificate
from browser.recorder import Recorder


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, as the other browser tests find it."""
    found = (
        os.environ.get("CONSENTGATE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if found is None or importlib.util.find_spec("playwright") is None:
        raise _unavailable("an audit needs Playwright and Chromium; `make browsers` gets one")
    return found


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    try:
        return make_certificate(tmp_path_factory.mktemp("certificate"))
    except NoOpenSSL as reason:
        raise _unavailable(str(reason)) from None


@pytest.fixture(scope="module")
def recorder(certificate: Path) -> Iterator[Recorder]:
    with Recorder(certificate) as started:
        yield started


def _unavailable(reason: str) -> BaseException:
    """On a developer's machine a missing program is a skip; in CI that would be a green lie."""
    if os.environ.get("CI", "").lower() in ("", "false"):
        return pytest.skip.Exception(reason)
    return pytest.fail.Exception(reason, pytrace=False)
