"""Checks the arguments of a gate and of the middleware. Each message says what was expected and what to
do."""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import Literal, TypeGuard

from consentgate.policy import Policies, Policy
from consentgate.policy.messages import shown

_A_KEY = (
    "secret_key: expected a text that is long and random, or a list of such, the newest last; "
    'python -c "import secrets; print(secrets.token_hex(32))" makes one'
)


def check_policy(policy: object) -> None:
    """Raise TypeError where `policy` is neither a Policy nor Policies."""
    if isinstance(policy, Policy | Policies):
        return
    if not _is_path(policy):
        mend = "Policy.load(path) reads one"
    elif os.path.isdir(policy):
        mend = f"this is a folder: Policies({os.fspath(policy)!r})"
    else:
        mend = f"load the file: Policy.load({os.fspath(policy)!r})"
    raise TypeError(f"policy: expected a Policy, not {_given(policy)}; {mend}")


def keys_of(secret_key: object) -> list[str | bytes]:
    """Return the keys in the argument `secret_key`, from the oldest to the newest.

    Raises ValueError where there is none or one is empty, and TypeError for a key that is no text. The
    message does not show the key: it may be secret all the same.
    """
    if secret_key is None or isinstance(secret_key, str | bytes):
        keys = [secret_key] if secret_key else []
    elif isinstance(secret_key, list | tuple):
        keys = [*secret_key]
    else:
        raise TypeError(f"{_A_KEY}; this is of type {type(secret_key).__name__}")
    if not keys or not all(keys):
        raise ValueError(_A_KEY)
    for key in keys:
        if not isinstance(key, str | bytes):
            raise TypeError(f"{_A_KEY}; one in the list is of type {type(key).__name__}")
    return keys


def check_switch(name: str, switch: object) -> None:
    """Raise TypeError for a `switch` that is not True or False: any text would count as true."""
    if not isinstance(switch, bool):
        mend = (
            f'; any text counts as true: compare it, like os.environ.get("{name.upper()}") == "1"'
            if isinstance(switch, str)
            else ""
        )
        raise TypeError(f"{name}: expected True or False, not {_given(switch)}{mend}")


def check_trusted_proxies(trusted_proxies: object) -> None:
    """Raise TypeError where `trusted_proxies` is no whole number, and ValueError where it is below 0."""
    expected = "trusted_proxies: expected the number of proxies in front, like 1"
    if isinstance(trusted_proxies, bool) or not isinstance(trusted_proxies, int):
        mend = "; write int(...) around it" if isinstance(trusted_proxies, str) else ""
        raise TypeError(f"{expected}, not {_given(trusted_proxies)}{mend}")
    if trusted_proxies < 0:
        raise ValueError(f"{expected}, not {trusted_proxies}")


def check_findings(findings: object) -> Path:
    """Return the path in the argument `findings`.

    Raises TypeError where it is no path, and ValueError where no file can be there.
    """
    if not _is_path(findings):
        raise TypeError(
            f'findings: expected the path of a file, like "findings.jsonl", not {_given(findings)}'
        )
    path = Path(findings)
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"findings: expected a file in a folder that is there, not {shown(str(path))}")
    return path


def check_ledger(ledger: object) -> None:
    """Raise TypeError where `ledger` cannot keep records."""
    if ledger is None or (hasattr(ledger, "record") and hasattr(ledger, "signing_with")):
        return
    # A URL may have a password in it.
    given = "a text" if isinstance(ledger, str) else _given(ledger)
    raise TypeError(f'ledger: expected a Ledger, not {given}; write Ledger("sqlite:///consent.db")')


def check_metrics(metrics: object) -> None:
    """Raise TypeError for `metrics` that count nothing."""
    if metrics is not None and not (hasattr(metrics, "page_read") and hasattr(metrics, "waits")):
        raise TypeError(
            f"metrics: expected Metrics of consentgate.metrics, not {_given(metrics)}; write Metrics()"
        )


def not_a_gate(given: object) -> TypeError:
    """Return the error to raise where something else than a gate was `given`."""
    if _is_path(given):
        mend = f'ConsentMiddleware(app, Gate(Policy.load({os.fspath(given)!r}), secret_key="..."))'
    else:
        mend = 'ConsentMiddleware(app, Gate(policy, secret_key="..."))'
    return TypeError(f"gate: expected a Gate, not {_given(given)}; write {mend}")


Interface = Literal["WSGI", "ASGI"]
_PARAMETERS: dict[Interface, tuple[str, ...]] = {
    "WSGI": ("environ", "start_response"),
    "ASGI": ("scope", "receive", "send"),
}


def check_application(app: object, interface: Interface) -> None:
    """Raise TypeError where `app` cannot be an application of this `interface`."""
    other: Interface = "ASGI" if interface == "WSGI" else "WSGI"
    if not callable(app):
        raise TypeError(f"app: expected an application ({interface}), not {_given(app)}")
    if _takes(app, interface) and not (interface == "WSGI" and _is_asynchronous(app)):
        return
    if _takes(app, other):
        mend = f"write from consentgate.{other.lower()} import ConsentMiddleware"
        raise TypeError(f"app: expected an application ({interface}), not {_given(app)} ({other}); {mend}")
    called = ", ".join(_PARAMETERS[interface])
    raise TypeError(f"app: expected an application ({interface}) that takes {called}, not {_given(app)}")


def _takes(app: object, interface: Interface) -> bool:
    """Say whether `app` can be called with the arguments of this interface. True where nobody can tell."""
    try:
        # Not the signature of what is wrapped: a decorator may have made an application of something else.
        signature = inspect.signature(app, follow_wrapped=False)  # type: ignore[arg-type]  # it is callable
        signature.bind(*_PARAMETERS[interface])
    except TypeError:
        return False
    except ValueError:
        return True
    return True


def _is_asynchronous(app: object) -> bool:
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__)


def _is_path(given: object) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(given, str | os.PathLike)


def _given(value: object) -> str:
    if isinstance(value, str):
        return f"the text {shown(value)}"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"
