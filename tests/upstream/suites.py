"""The suites: what they are of, what they need, and how they are run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Suite:
    """One project's tests. `requirement` names the sdist, `needs` what pip installs beside it, and `command`
    what follows `python` in its folder. At least `through` applications must have been called through the
    gate: a hook that no longer hooks must not look like success."""

    name: str
    requirement: str
    command: tuple[str, ...]
    through: int
    needs: tuple[str, ...] = ()
    extras: str = ""
    folder: str = "."


_PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short")
_DJANGO = (
    "admin_views asgi async auth_tests conditional_processing csrf_tests decorators handlers httpwrappers "
    "messages_tests middleware middleware_exceptions requests_tests responses servers sessions_tests "
    "test_client test_client_regress view_tests wsgi"
)

SUITES = (
    Suite(
        "starlette",
        "starlette==1.10.0",
        (*_PYTEST, "-p", "through_starlette", "tests"),
        through=1000,
        extras="[full]",
        needs=(
            "httpx2[zstd]",
            "blockbuster",
            "importlib-metadata",
            "opentelemetry-sdk",
            "pytest",
            "trio",
            "pytest-codspeed",
        ),
    ),
    Suite(
        "flask",
        "flask==3.1.3",
        (*_PYTEST, "-p", "through_werkzeug", "tests"),
        through=400,
        # What its lock file has: newer ones break the suite itself.
        needs=("pytest<9.1", "werkzeug<3.1.9", "asgiref", "python-dotenv"),
    ),
    Suite(
        "werkzeug",
        "werkzeug==3.1.9",
        (*_PYTEST, "-p", "through_werkzeug", "--timeout=300", "-k", "not reloader", "tests"),
        through=150,
        needs=(
            "pytest",
            "pytest-timeout",
            "cryptography",
            "ephemeral-port-reserve",
            "watchdog",
            "cffi",
            "pytest-xprocess",
        ),
    ),
    Suite(
        "django",
        "django==5.2.19",
        ("{plugins}/through_django.py", "--parallel", "1", "-v0", *_DJANGO.split()),
        through=2000,
        needs=("jinja2", "docutils", "tblib", "argon2-cffi", "bcrypt", "pillow", "pyyaml", "selenium"),
        folder="tests",
    ),
    Suite(
        "webtest",
        "webtest==3.0.7",
        (*_PYTEST, "-p", "through_webtest", "tests"),
        through=300,
        needs=("pytest", "beautifulsoup4", "PasteDeploy", "pyquery", "wsgiproxy2"),
    ),
    Suite(
        "whitenoise",
        "whitenoise==6.12.0",
        (*_PYTEST, "-p", "through_whitenoise", "tests/test_whitenoise.py", "tests/test_django_whitenoise.py"),
        through=50,
        extras="[brotli]",
        needs=("pytest", "django<6", "requests"),
    ),
)
