"""The policies of an application that serves several sites: each host has its own."""

from __future__ import annotations

import copy
import errno
import inspect
import logging
import os
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import cache, partial
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from consentgate.log_fields import fields
from consentgate.web.host import parse_authority

from .advice.declaration_gaps import latest_day, missing_or_postdated_in
from .errors import Mistake, PolicyError
from .host_files import DEFAULT, ENDING, files_for, find_file, is_host, misnamed_files, version_of
from .installed import DeclaredService, installed_services
from .messages import shown
from .model import NEVER, Banner, Cookie, Site
from .policy import Policy

_log = logging.getLogger("consentgate")

MOST_READY = 500
"""The most policies that are kept ready. One of ten services takes 180 KiB (benchmarks/many_domains.py)."""
SETTLED_AFTER = 1.0
"""The seconds for which a changed file has to stay as it is before it counts. A policy that is cut in the
middle of being written can be a valid one that allows more."""
_MOST_MISNAMED = 10


# Not when this module is imported: a policy takes the catalogue, which not everybody needs.
@cache
def nobodys_policy() -> Policy:
    """Return the policy of hosts that have none. Nothing can be granted under it, and it names nobody."""
    site = Site(
        name="This site",
        controller="The operator of this site",
        contact="See the site's imprint",
        undeclared=NEVER,
    )
    return Policy(site=site, banner=Banner(settings="none")).as_one_of_many()


@runtime_checkable
class PolicySource(Protocol):
    """What supplies policies, such as a database. Its methods may take their time: no event loop waits for
    them. They are called in several threads at once, for hosts in their canonical spelling.

    Where several hosts have one policy, let a third method `name(host)` return what names it, a text: then
    they share what enforces it. `version` is that of the named policy, and `policy` is called for any of its
    hosts.
    """

    def version(self, host: str) -> Hashable:
        """Return a value that changes when the policy of `host` does, such as the time of its last change;
        None where the host has no policy."""

    def policy(self, host: str) -> Policy | None:
        """Return the policy of `host`, None where it has none."""


class FoundPolicy(NamedTuple):
    """A policy that is there to be loaded. `name` is what the log calls it; hosts whose policy has the same
    `key` share it; `version` changes when the policy does; `load` loads it, and may raise PolicyError and
    OSError."""

    name: str
    key: Hashable
    version: Hashable
    load: Callable[[], Policy | None]


class _Finder(Protocol):
    """Finds the policy of a host."""

    def find(self, host: str) -> FoundPolicy | None:
        """Return where the policy of `host` is, None where it has none."""

    def remedy(self, host: str) -> str:
        """Say what gives a policy to a `host` that has none."""


class Policies:
    """The policies of several sites, by host.

    `source` is a folder of policy files that are named after hosts (docs/many-domains.md), or a function
    that returns the policy of a host or None, or a `PolicySource`. A policy is loaded when its host is first
    asked for. At most `most_ready` are kept ready, and each is looked at again after `recheck` seconds.

    `ids` are the ids of categories and services that the application's code asks for: a policy may lack
    these, and any other id is an error. With `require_declaration` a policy counts only where its
    declaration is complete and dated.

    Raises OSError where the folder cannot be read, TypeError for an argument of the wrong type, and
    ValueError for a number that is too small.
    """

    def __init__(
        self,
        source: str | os.PathLike[str] | Callable[[str], Policy | None] | PolicySource,
        *,
        ids: Collection[str] | None = None,
        require_declaration: bool = False,
        most_ready: int = MOST_READY,
        recheck: float = 1.0,
    ) -> None:
        if isinstance(ids, str):
            raise TypeError(f"ids: expected a list of ids, not the text {shown(ids)}")
        for name, number in (("most_ready", most_ready), ("recheck", recheck)):
            if isinstance(number, bool) or not isinstance(number, int | float):
                raise TypeError(f"{name}: expected a number, not {number!r}")
        if most_ready < 1 or recheck < 0:
            raise ValueError("expected most_ready of at least 1, and recheck of at least 0 seconds")
        self.most_ready = most_ready
        self.recheck = recheck
        self.is_single_file = False
        self.settled_after = SETTLED_AFTER if isinstance(source, str | os.PathLike) else 0.0
        self._ids = None if ids is None else frozenset(ids)
        self._requires_declaration = require_declaration
        self._finder = _finder_of(source, date_from_file=not require_declaration)
        self._changes: tuple[Callable[[Policy], Policy], ...] = ()

    @classmethod
    def watching(cls, path: str | os.PathLike[str]) -> Policies:
        """Return the one policy in the file at `path`, for all hosts, loaded again as soon as the file has
        changed: for development. The gate that is made of it raises what `Policy.load` raises."""
        policies = cls(lambda host: None, recheck=0)
        policies._finder = _SingleFile(Path(path))
        policies.is_single_file = True
        return policies

    def for_host(self, host: str) -> Policy | None:
        """Load the policy of `host` (with or without a port) now; None where it has none.

        Raises PolicyError with every mistake in it, OSError where its file cannot be read, and whatever the
        source raises.
        """
        found = self.find(parse_authority(host))
        return None if found is None else found.load()

    def find(self, host: str) -> FoundPolicy | None:
        """Return where the policy of `host` (lowercase, no port) is, and its version; None where it has none.

        Raises OSError where its file cannot be looked at, and whatever the source raises.
        """
        if not is_host(host) and not self.is_single_file:
            return None
        found = self._finder.find(host)
        if found is None:
            return None
        # A date that lies ahead today may be past tomorrow.
        version = (found.version, latest_day()) if self._requires_declaration else found.version
        return found._replace(version=version, load=partial(self._load, found))

    def _load(self, found: FoundPolicy) -> Policy | None:
        policy = found.load()
        if policy is None:
            return None
        if not isinstance(policy, Policy):
            raise TypeError(f"expected a Policy or None for {found.name}, not {policy!r}")
        if self._requires_declaration:
            missing = [Mistake(found.name, *mistake) for mistake in missing_or_postdated_in(policy)]
            if missing:
                raise PolicyError(missing)
        return self.adapted(policy if self.is_single_file else policy.as_one_of_many(self._ids))

    def remedy(self, host: str) -> str:
        """Say what gives a policy to a `host` that has none."""
        return self._finder.remedy(host) if is_host(host) else "let it have a name that hosts can have"

    def adapted(self, policy: Policy) -> Policy:
        """Return a `policy` with what integrations add to each."""
        for change in self._changes:
            policy = change(policy)
        return policy

    @property
    def of_nobody(self) -> Policy:
        """The policy of hosts that have none: nothing can be granted, and nobody is named."""
        return self.adapted(nobodys_policy())

    def with_exempt(self, *cookies: Cookie) -> Policies:
        """Return these policies with `cookies` added to each, as `Policy.with_exempt` does."""
        return self._changed(lambda policy: policy.with_exempt(*cookies))

    def with_service(self, **table: Any) -> Policies:
        """Return these policies with a service added to each, as `Policy.with_service` does."""
        return self._changed(lambda policy: policy.with_service(**table))

    def with_installed_services(self) -> Policies:
        """Return these policies with what installed packages declare, as `Policy.with_installed_services`
        does."""
        return self.with_declared(installed_services())

    def with_declared(self, services: Iterable[DeclaredService]) -> Policies:
        """Return these policies with `services` that code declares added to each."""
        declared = tuple(services)
        return self._changed(lambda policy: policy.with_declared(declared))

    def not_asking_on(self, *paths: str) -> Policies:
        """Return these policies with `paths` on which nobody is asked, as `Policy.not_asking_on` does."""
        return self._changed(lambda policy: policy.not_asking_on(*paths))

    def _changed(self, change: Callable[[Policy], Policy]) -> Policies:
        changed = copy.copy(self)
        changed._changes = (*self._changes, change)
        return changed


def _finder_of(source: object, *, date_from_file: bool) -> _Finder:
    if isinstance(source, str | os.PathLike):
        return _Folder(Path(source), date_from_file=date_from_file)
    if isinstance(source, PolicySource):
        return _FromSource(source)
    if callable(source) and not inspect.iscoroutinefunction(source):
        return _FromFunction(source)
    mend = ""
    if isinstance(source, Mapping):
        mend = "; write Policies(policies.get)"
    elif isinstance(source, Policy):
        mend = "; one policy for all hosts goes to Gate(...) itself"
    raise TypeError(
        "source: expected a folder of policy files, a function that returns a host's Policy or None (not a "
        "coroutine: it is called in a thread), or an object with version(host) and policy(host), not "
        f"a {type(source).__name__}{mend}"
    )


def _load_file(file: Path, version: Hashable, *, date_from_file: bool = True) -> Policy | None:
    """Load the policy in `file`, found in this `version`; None where it has gone since. Raises OSError where
    it has changed."""
    try:
        policy = Policy.load(file, date_from_file=date_from_file)
    except FileNotFoundError:
        return None
    if version_of(file) != version:
        raise OSError(errno.EAGAIN, "the file was changed while it was read", str(file))
    return policy


class _Folder:
    """Finds policies in a folder of files."""

    def __init__(self, folder: Path, *, date_from_file: bool) -> None:
        self._folder = folder
        self._date_from_file = date_from_file
        _warn_of_misnamed(folder, islice(misnamed_files(folder), _MOST_MISNAMED))
        if not any(name.endswith(ENDING) for name in os.listdir(folder)):
            _log.warning(
                "%s: no policy file is in this folder, so that every host is closed; name files after hosts, "
                "like shop.example%s, or %s for all",
                *(folder, ENDING, DEFAULT),
                extra=fields("policy", about="no files"),
            )

    def find(self, host: str) -> FoundPolicy | None:
        found = find_file(self._folder, host)
        if found is None:
            return None
        file, version = found
        load = partial(_load_file, file, version, date_from_file=self._date_from_file)
        return FoundPolicy(str(file), file, version, load)

    def remedy(self, host: str) -> str:
        exact = next(files_for(host))
        return f"write {self._folder / exact}, or {DEFAULT} beside it for all hosts without a file"


def _warn_of_misnamed(folder: Path, misnamed: Iterable[tuple[str, str]]) -> None:
    for name, meant in misnamed:
        _log.warning(
            "%s: no host leads to this file; %s",
            folder / name,
            f"rename it to {meant}" if meant else "name it after a host, like shop.example.toml",
            extra=fields("policy", about="file name"),
        )


class _SingleFile:
    """Finds one policy file for all hosts."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, host: str) -> FoundPolicy | None:
        version = version_of(self._file)
        if version is None:
            return None
        return FoundPolicy(str(self._file), self._file, version, partial(_load_file, self._file, version))

    def remedy(self, host: str) -> str:
        return f"put {self._file} back"


class _FromSource:
    """Finds policies in what the site supplies them from."""

    def __init__(self, source: PolicySource) -> None:
        self._source = source

    def find(self, host: str) -> FoundPolicy | None:
        version = self._source.version(host)
        if version is None:
            return None
        name = self._name_of(host)
        if name is None:
            return FoundPolicy(host, host, version, partial(self._source.policy, host))
        return FoundPolicy(name, name, version, partial(self._load, host, name, version))

    def _name_of(self, host: str) -> str | None:
        """Return what the source calls the policy of `host`, None where it has no names."""
        name_of = getattr(self._source, "name", None)
        name = name_of(host) if callable(name_of) else None
        if name is not None and not isinstance(name, str):
            raise TypeError(f"name({shown(host)}): expected a text, not {name!r}")
        return name

    def _load(self, host: str, name: str, version: Hashable) -> Policy | None:
        policy = self._source.policy(host)
        # Other hosts share what has this name: it must not be another's policy.
        if (self._name_of(host), self._source.version(host)) != (name, version):
            raise OSError(errno.EAGAIN, "the policy was changed while it was loaded", name)
        return policy

    def remedy(self, host: str) -> str:
        return f"let version({shown(host)}) and policy({shown(host)}) return something"


class _FromFunction:
    """Asks a function for policies. Hosts for which it returns the same one share it."""

    def __init__(self, function: Callable[[str], Policy | None]) -> None:
        self._function = function
        # No id(), which the next policy may have when one is gone.
        self._keys: WeakKeyDictionary[Policy, int] = WeakKeyDictionary()
        self._next_key = count()
        self._lock = threading.Lock()

    def find(self, host: str) -> FoundPolicy | None:
        policy = self._function(host)
        if policy is None:
            return None
        if not isinstance(policy, Policy):
            return FoundPolicy(host, host, None, lambda: policy)
        with self._lock:
            key = self._keys.get(policy)
            if key is None:
                key = self._keys[policy] = next(self._next_key)
        name = f"{policy.site.name} ({policy.site.controller})"
        return FoundPolicy(name, key, None, lambda: policy)

    def remedy(self, host: str) -> str:
        return "let the function that was given to Policies(...) return a policy for it"
