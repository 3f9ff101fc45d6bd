"""Which enforcement is for which host: one for all, or one for each policy of several."""

from __future__ import annotations

import errno
import os
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from consentgate.policy import Policies, Policy, PolicyError
from consentgate.policy.policies import FoundPolicy

from .enforcement import Closed, Enforcement
from .log.hosts import HostAdvice

Make = Callable[[Policy, str, Enforcement | None], Enforcement]
"""Makes the enforcement of a policy with a name. What the one before it has learnt is taken over. Raises
PolicyError where the policy cannot be enforced."""

_HOSTS_PER_POLICY = 64
"""The hosts that are remembered for each policy that is kept ready. One of a wildcard has many hosts."""
_STRIPES = 64
"""The number of locks. Two policies that share one wait for each other while they are loaded."""
_LONGEST_KEY = 300
"""The characters by which a host is remembered. Longer ones, which visitors make up, are nobody's."""


class Enforcements(ABC):
    """The enforcements of a gate, by host. Threads and tasks share one."""

    @abstractmethod
    def ready_for(self, host: str) -> Enforcement | None:
        """Return the enforcement for `host`, None where that takes input or output."""

    @abstractmethod
    def for_host(self, host: str) -> Enforcement:
        """Return the enforcement for `host`. It may have to be loaded."""

    @abstractmethod
    def kept_for(self, host: str) -> Enforcement | None:
        """Return the last enforcement for `host`, even where it is to be looked at again; None where nothing
        is known."""

    @abstractmethod
    def all_ready(self) -> list[Enforcement]:
        """List the enforcements that are in memory."""


class OneForAll(Enforcements):
    """One enforcement for all hosts."""

    def __init__(self, enforcement: Enforcement) -> None:
        self._enforcement = enforcement

    def ready_for(self, host: str) -> Enforcement:
        return self._enforcement

    def for_host(self, host: str) -> Enforcement:
        return self._enforcement

    def kept_for(self, host: str) -> Enforcement:
        return self._enforcement

    def all_ready(self) -> list[Enforcement]:
        return [self._enforcement]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The enforcement of a policy, and the version of the policy that was loaded last. After one with
    mistakes it is still that of the version before."""

    version: Hashable
    enforcement: Enforcement


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that was first seen at the time `since`: to the policy `found`, its name and version, or to
    none."""

    found: tuple[str, Hashable] | None
    since: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a host until the time `until`: the `name` of its policy, None where it has none or
    that could not be found out; the `error` that asking for it ended in; and the `change` that does not count
    yet."""

    until: float
    name: str | None
    is_unknown: bool = False
    error: type[Exception] | None = None
    change: _Change | None = None


class ByHost(Enforcements):
    """An enforcement for each of several `policies`, made when its host is first asked for.

    A host without a policy is enforced by the one of nobody's policy. One whose policy cannot be found out
    is not answered at all. `log` hears of both.
    """

    def __init__(self, policies: Policies, make: Make, log: HostAdvice) -> None:
        self.policies = policies
        self._make = make
        self._log = log
        nobodys = make(policies.of_nobody, "hosts without a policy", None)
        self._unknown = replace(nobodys, closed=Closed.UNKNOWN_HOST)
        self._unavailable = replace(self._unknown, closed=Closed.UNAVAILABLE)
        self._kept = _Recent[str, _Kept](policies.most_ready)
        self._hosts = _Recent[str, _Known](policies.most_ready * _HOSTS_PER_POLICY)
        self._host_locks = _Locks()
        # Others than those of hosts: a thread that holds one of each cannot wait for another that does.
        self._policy_locks = _Locks()

    def ready_for(self, host: str) -> Enforcement | None:
        known = self._hosts.get(host[:_LONGEST_KEY])
        if known is None or known.until <= time.monotonic():
            return None
        return self._kept_for(known)

    def kept_for(self, host: str) -> Enforcement | None:
        known = self._hosts.get(host[:_LONGEST_KEY])
        return None if known is None else self._kept_for(known)

    def _kept_for(self, known: _Known) -> Enforcement | None:
        if known.is_unknown:
            return self._unknown
        if known.name is None:
            return self._unavailable
        kept = self._kept.get(known.name)
        return None if kept is None else kept.enforcement

    def load(self, host: str) -> None:
        """Load the policy of `host` now. Raises PolicyError and OSError where it cannot be used."""
        found = self.policies.find(host)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.policies.remedy(host))
        policy = found.load()
        if policy is not None:
            self._kept.put(found.name, _Kept(found.version, self._make(policy, self._name_of(found), None)))

    def for_host(self, host: str) -> Enforcement:
        ready = self.ready_for(host)
        if ready is not None:
            return ready
        # One thread looks, which may take its time. Whoever has something to go on with does not wait for it.
        kept = self.kept_for(host)
        lock = self._host_locks.of(host)
        if not lock.acquire(blocking=kept is None) and kept is not None:
            return kept
        try:
            # Another thread may have loaded it meanwhile.
            return self.ready_for(host) or self._look_up(host)
        finally:
            lock.release()

    def all_ready(self) -> list[Enforcement]:
        return [self._unknown, *(kept.enforcement for kept in self._kept.values())]

    def _look_up(self, host: str) -> Enforcement:
        before = self._hosts.get(host[:_LONGEST_KEY])
        name = before.name if before is not None else None
        try:
            found = self.policies.find(host)
            unsettled = self._before_unsettled(host, found, before)
            if unsettled is not None:
                return unsettled
            enforcement = None if found is None else self._loaded(found)
            name = None if found is None else found.name
        except Exception as error:
            # Whatever the site's source raises must neither open the gate nor close a site that is known.
            kept = self._kept.get(name) if name is not None else None
            is_unknown = before is not None and before.is_unknown
            self._log.failed(host, error, keeps=kept is not None or is_unknown)
            name = name if kept is not None else None
            self._remember(host, name, is_unknown=is_unknown, error=type(error))
            if is_unknown:
                return self._unknown
            return self._unavailable if kept is None else kept.enforcement
        if before is not None and before.error is not None:
            self._log.works(host, before.error)
        if enforcement is None:
            self._log.unknown(host, self.policies.remedy(host))
            self._remember(host, None, is_unknown=True)
            return self._unknown
        self._remember(host, name)
        return enforcement

    def _before_unsettled(
        self, host: str, found: FoundPolicy | None, before: _Known | None
    ) -> Enforcement | None:
        """Return the enforcement that is kept for `host` while what was `found` is another policy that may
        still be in the middle of being written; None where there is nothing to wait for."""
        name = before.name if before is not None and before.name is not None else found and found.name
        kept = self._kept.get(name) if name is not None else None
        if name is None or kept is None or kept.enforcement is self._unknown:
            return None
        seen = None if found is None else (found.name, found.version)
        if seen == (name, kept.version):
            return None
        change, now = before.change if before is not None else None, time.monotonic()
        if change is None or change.found != seen:
            change = _Change(seen, now)
        if now - change.since >= self.policies.settled_after:
            return None
        self._remember(host, name, error=before.error if before is not None else None, change=change)
        return kept.enforcement

    def _loaded(self, found: FoundPolicy) -> Enforcement | None:
        """Return the enforcement of a policy, loaded if it has changed; None where it has gone meanwhile."""
        with self._policy_locks.of(found.name):
            kept = self._kept.get(found.name)
            if kept is not None and kept.version == found.version:
                return kept.enforcement
            before = None if kept is None or kept.enforcement is self._unknown else kept.enforcement
            try:
                policy = found.load()
                if policy is None:
                    return None
                enforcement = self._make(policy, self._name_of(found), before)
            except PolicyError as error:
                self._log.mistaken(found.name, error, keeps=before is not None)
                enforcement = before or self._unknown
            self._kept.put(found.name, _Kept(found.version, enforcement))
            return enforcement

    def _name_of(self, found: FoundPolicy) -> str:
        """Return what the log calls a policy: nothing where it is the only one."""
        return "" if self.policies.is_single_file else found.name

    def _remember(
        self,
        host: str,
        name: str | None,
        *,
        is_unknown: bool = False,
        error: type[Exception] | None = None,
        change: _Change | None = None,
    ) -> None:
        until = time.monotonic() + self.policies.recheck
        self._hosts.put(host[:_LONGEST_KEY], _Known(until, name, is_unknown, error, change))


class _Locks:
    """A lock for each name. There are few, and some names share one."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(_STRIPES)]

    def of(self, name: str) -> threading.Lock:
        """Return the lock of `name`."""
        return self._locks[hash(name) % _STRIPES]


_K = TypeVar("_K")
_V = TypeVar("_V")


class _Recent(Generic[_K, _V]):
    """Keeps the `most` values that were asked for last. Safe to share by threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_K, _V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: _K) -> _V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: _K, value: _V) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            if len(self._values) > self._most:
                self._values.popitem(last=False)

    def values(self) -> list[_V]:
        with self._lock:
            return [*self._values.values()]
