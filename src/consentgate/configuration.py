"""Makes a gate from a framework's settings, and says how to mend each mistake in them."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import cast

from consentgate.log_fields import fields

from .consent.hooks import check_hook, function_named
from .consent.record import Recorder
from .gate import Gate
from .gate.meter import Meter
from .policy import Cookie, DeclaredService, Policies, Policy, PolicyError
from .policy.messages import closest, shown

_log = logging.getLogger("consentgate")

KEYS = (
    "POLICY",
    "SECRET_KEY",
    "INSECURE",
    "DEBUG",
    "TRUSTED_PROXIES",
    "FINDINGS",
    "LEDGER",
    "METRICS",
    "ON_DECISION",
    "ON_WITHDRAWAL",
)
"""The keys that can be set. Each framework spells them in its own way."""

# How to mend a value that is text, as those of environment variables are.
_COMPARE = 'any text counts as true: compare it, like os.environ.get("{}") == "1"'
_COUNT = "write int(...) around it"
_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_hex(32))" makes one'


class Kind(Enum):
    """The kind of a mistake."""

    UNKNOWN_KEY = "a key that means nothing"
    WRONG_VALUE = "a value of the wrong type"
    BAD_POLICY = "a policy that cannot be used"
    UNSIGNED = "nothing to sign the consent cookie with"


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: the `setting`, what was `expected` there, and how to `mend` it."""

    kind: Kind
    setting: str
    expected: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.setting}: {'; '.join(filter(None, (self.expected, self.mend)))}"


class Misconfigured(ValueError):
    """Says that no gate can be made from the settings. `faults` holds every mistake in them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Configuration:
    """The settings that were `given`, by key.

    `spelling` turns a key into the name of its setting ("CONSENTGATE_{}"). `secret_keys` are the framework's
    own, from the oldest to the newest. Paths are below `folder`. While the framework `is_debugging`, a policy
    file is loaded again whenever it has changed.
    """

    def __init__(
        self,
        given: Mapping[str, object],
        *,
        spelling: str,
        secret_keys: Sequence[str | bytes] = (),
        folder: str = "",
        is_debugging: bool = False,
    ) -> None:
        self._given = given
        self._spelling = spelling
        self._framework_keys = secret_keys
        self._folder = folder
        self._is_debugging = is_debugging or given.get("DEBUG") is True

    def gate(
        self,
        *exempt: Cookie,
        not_on: Sequence[str] = (),
        services: Iterable[DeclaredService] = (),
        opens_ledger: bool = True,
    ) -> Gate:
        """Make the gate.

        The framework's cookies `exempt` need no consent, unless the policy declares them. On the framework's
        own pages `not_on` nobody is asked, unless the policy itself has such a list. The `services` that the
        site's applications declare are added, as those of installed packages are. Without `opens_ledger` the
        gate records nothing, and only shows whether the settings are right.

        Raises Misconfigured with every mistake in the settings.
        """
        faults: list[Fault] = [*self._unknown_keys(), *self._wrong_values(), *self._missing_keys()]
        on_decision = self._hook("ON_DECISION", faults, "a decision")
        policy, ledger = self._policy(faults), self._ledger(faults, opens=opens_ledger)
        if faults or policy is None:
            raise Misconfigured(faults)
        if not self.has_policy:
            # Logged only where there are no mistakes: a misspelt key may be the reason.
            _log.warning(
                'no policy file is configured: consent to "third-party" opens whatever nobody declared. '
                "Write one and name it in %s",
                self._setting("POLICY"),
                extra=fields("setup", about="no policy file"),
            )
        try:
            declared = policy.with_installed_services().with_declared(services)
            gate = Gate(
                declared.not_asking_on(*not_on),
                secret_key=self.secret_keys,
                insecure=self.is_insecure,
                debug=self._given.get("DEBUG") is True,
                trusted_proxies=cast(int, self._given.get("TRUSTED_PROXIES", 0)),
                findings=self._findings,
                ledger=ledger,
                metrics=cast("Meter | None", self._given.get("METRICS")),
                on_decision=on_decision,
            )
        except (PolicyError, OSError) as error:
            raise Misconfigured([Fault(Kind.BAD_POLICY, self._setting("POLICY"), str(error))]) from error
        return gate.exempting(*exempt)

    def policy(self) -> Policy | Policies:
        """Load the policy, or the policies of many hosts, and make no gate. Raises Misconfigured."""
        faults: list[Fault] = []
        policy = self._policy(faults)
        if policy is None:
            raise Misconfigured(faults or [*self._wrong_values()])
        return policy

    def policy_for(self, host: str) -> Policy:
        """Load the policy of `host`. Raises Misconfigured, and what `Policies.for_host` raises."""
        policy = self.policy()
        if isinstance(policy, Policies):
            return policy.for_host(host) or policy.of_nobody
        return policy

    @property
    def secret_keys(self) -> list[str | bytes]:
        """The keys that sign consent cookies, from the oldest to the newest."""
        own = self._given.get("SECRET_KEY")
        if isinstance(own, str | bytes) and own:
            return [own]
        return [*own] if isinstance(own, list | tuple) else [*self._framework_keys]

    @property
    def has_policy(self) -> bool:
        """False where the settings name no policy: the site has declared nothing yet."""
        return self._given.get("POLICY") is not None

    @property
    def is_insecure(self) -> bool:
        """True where the consent cookie may travel over plain HTTP."""
        return self._given.get("INSECURE") is True

    def _setting(self, key: str) -> str:
        return self._spelling.format(key)

    def _unknown_keys(self) -> Iterator[Fault]:
        for key in self._given:
            if key not in KEYS:
                near = closest(key, KEYS)
                hint = f"did you mean {self._setting(near)}? " if near else ""
                known = f"unknown; {hint}The keys are {', '.join(map(self._setting, KEYS))}"
                yield Fault(Kind.UNKNOWN_KEY, self._setting(key), known)

    def _wrong_values(self) -> Iterator[Fault]:
        for key in ("INSECURE", "DEBUG"):
            switch = self._given.get(key, False)
            if not isinstance(switch, bool):
                yield self._wrong(key, "True or False", switch, _COMPARE.format(key))
        proxies = self._given.get("TRUSTED_PROXIES", 0)
        if isinstance(proxies, bool) or not isinstance(proxies, int) or proxies < 0:
            yield self._wrong("TRUSTED_PROXIES", "the number of proxies in front, like 1", proxies, _COUNT)
        policy = self._given.get("POLICY")
        if policy is not None and not isinstance(policy, str | os.PathLike | Policy | Policies):
            wanted = "the path of a policy file or of a folder of them, a Policy or Policies"
            yield self._wrong("POLICY", wanted, policy)
        metrics = self._given.get("METRICS")
        if metrics is not None and not hasattr(metrics, "page_read"):
            yield self._wrong("METRICS", "Metrics of consentgate.metrics", metrics)
        yield from self._wrong_findings()

    def _wrong_findings(self) -> Iterator[Fault]:
        given, path = self._given.get("FINDINGS"), self._findings
        if given is not None and path is None:
            yield self._wrong("FINDINGS", 'the path of a file, like "findings.jsonl"', given)
        elif path is not None and (path.is_dir() or not path.parent.is_dir()):
            yield self._wrong("FINDINGS", "a file in a folder that is there", str(path), "make the folder")

    @property
    def _findings(self) -> Path | None:
        given = self._given.get("FINDINGS")
        return Path(self._folder, given) if isinstance(given, str | os.PathLike) else None

    def _wrong(self, key: str, wanted: str, value: object, of_text: str = "") -> Fault:
        given = f"the text {shown(value)}" if isinstance(value, str) else repr(value)
        mend = of_text if isinstance(value, str) else ""
        return Fault(Kind.WRONG_VALUE, self._setting(key), f"expected {wanted}, not {given}", mend)

    def _missing_keys(self) -> Iterator[Fault]:
        name = self._setting("SECRET_KEY")
        own = self._given.get("SECRET_KEY")
        if own is not None and not isinstance(own, str | bytes | list | tuple):
            # The value is not shown, because it may be a secret all the same.
            yield Fault(Kind.WRONG_VALUE, name, "expected a text, or a list of them, the newest last")
            return
        keys = self.secret_keys
        if not keys:
            expected = "missing, and so is SECRET_KEY: the consent cookie cannot be signed"
            yield Fault(Kind.UNSIGNED, name, expected, f"set either; {_MAKE_A_KEY}")
        elif not all(isinstance(key, str | bytes) and key for key in keys):
            expected = "expected texts that are not empty, the newest last"
            yield Fault(Kind.WRONG_VALUE, name if own else "SECRET_KEY", expected, _MAKE_A_KEY)

    def _hook(self, key: str, faults: list[Fault], *parameters: str) -> Callable[..., object] | None:
        """Return the function in a setting, which may be given by its path. Where it cannot be used, add the
        reason to `faults` and return None."""
        given, name = self._given.get(key), self._setting(key)
        try:
            hook = function_named(given) if isinstance(given, str) else given
            check_hook(name, hook, *parameters)
        except (ValueError, TypeError) as error:
            faults.append(Fault(Kind.WRONG_VALUE, name, str(error).removeprefix(f"{name}: ")))
            return None
        return cast("Callable[..., object] | None", hook)

    def _ledger(self, faults: list[Fault], *, opens: bool) -> Recorder | None:
        """Return the ledger, None where there is none or it is not to be opened. Where it cannot be used, add
        the reason to `faults` and return None."""
        given, name = self._given.get("LEDGER"), self._setting("LEDGER")
        on_withdrawal = self._hook("ON_WITHDRAWAL", faults, "a record", "the services withdrawn")
        if given is None or (hasattr(given, "record") and hasattr(given, "signing_with")):
            if on_withdrawal is not None:
                mend = (
                    f"set {name}, too" if given is None else "give it to that: Ledger(..., on_withdrawal=...)"
                )
                expected = f"expected with the URL of a database in {name}"
                faults.append(Fault(Kind.WRONG_VALUE, self._setting("ON_WITHDRAWAL"), expected, mend))
            return cast("Recorder | None", given)
        expected = 'expected where the database is, like "sqlite:///consent.db", or a Ledger'
        if not isinstance(given, str):
            faults.append(Fault(Kind.WRONG_VALUE, name, f"{expected}, not {given!r}"))
            return None
        try:
            from .ledger import Ledger, LedgerError, check_url
        except ModuleNotFoundError as error:
            faults.append(Fault(Kind.WRONG_VALUE, name, str(error)))
            return None
        url = self._below_folder(given)
        try:
            check_url(url)
            # To open a ledger may create its tables, which must not happen with settings that have mistakes.
            return Ledger(url, on_withdrawal=on_withdrawal) if opens and not faults else None
        except (ValueError, LedgerError) as error:
            faults.append(Fault(Kind.WRONG_VALUE, name, str(error)))
            return None

    def _below_folder(self, url: str) -> str:
        """Return the URL of a database, with a relative path of a file taken from the settings' folder."""
        prefix, _, path = url.partition("sqlite:///")
        if prefix or not path or path.startswith("/"):
            return url
        return f"sqlite:///{Path(self._folder, path).absolute()}"

    def _policy(self, faults: list[Fault]) -> Policy | Policies | None:
        """Return the policy, or the policies of many hosts. Where they cannot be used, add the reason to
        `faults` and return None."""
        given, name = self._given.get("POLICY"), self._setting("POLICY")
        if isinstance(given, Policy | Policies):
            return given
        if given is None:
            return Policy()
        if not isinstance(given, str | os.PathLike):
            return None
        path = Path(self._folder, given)
        try:
            if path.is_dir():
                return Policies(path)
            return Policies.watching(path) if self._is_debugging else Policy.load(path)
        except PolicyError as error:
            # The error names the file with each mistake.
            faults.append(Fault(Kind.BAD_POLICY, name, str(error)))
        except OSError as error:
            expected = f"cannot read {shown(str(path))}: {error.strerror}"
            mend = "give the path of a policy file, or of a folder of them"
            faults.append(Fault(Kind.BAD_POLICY, name, expected, mend))
        return None
