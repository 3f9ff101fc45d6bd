"""Finds the enforcement for a host: the same for all hosts, or one for each of several policies."""

from __future__ import annotations

import errno
import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace

from consentgate.policy import Policies, Policy, PolicyError
from consentgate.policy.policies import FoundPolicy

from .enforcement import Closed, Enforcement
from .log.hosts import HostAdvice
from .recent import Recent

Make = Callable[[Policy, str], Enforcement]
"""Makes the enforcement of a policy, given the policy and its name. It takes over what was learnt under that
name. Raises PolicyError where the policy cannot be enforced."""

_HOSTS_PER_POLICY = 64
"""The most hosts that are remembered for each policy in memory. A policy for a wildcard has many hosts."""
_STRIPES = 64
"""The number of locks. Two policies with the same lock wait for each other while they are loaded."""
_LONGEST_KEY = 300
"""The most characters of a host by which it is remembered. Longer ones are made up, and nobody's."""


class Enforcements(ABC):
    """The enforcements of a gate, by host. Threads and tasks share one."""

    @abstractmethod
    def ready_for(self, host: str) -> Enforcement | None:
        """Return the enforcement for `host`; None where it has to be loaded or looked at again, which takes
        input and output."""

    @abstractmethod
    def for_host(self, host: str) -> Enforcement:
        """Return the enforcement for `host`. It may have to be loaded."""

    @abstractmethod
    def kept_for(self, host: str) -> Enforcement | None:
        """Return the last enforcement for `host`, even where it has to be looked at again; None where none is
        in memory."""

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
    """The enforcement of the policy `name`, and the `version` of the policy that was loaded last. Where that
    version has mistakes, the enforcement is still the one before it."""

    name: str
    version: Hashable
    enforcement: Enforcement


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of a host's policy that was first seen at the time `since`. `found` has the key and version of
    the new policy, None where the host has none any more."""

    found: tuple[Hashable, Hashable] | None
    since: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a host, until the time `until`.

    `key` is that of its policy, None where the host has none (`is_unknown`) or none could be found. `error`
    is the type of the error in which the last search ended, and `change` one that does not count yet.
    """

    until: float
    key: Hashable | None
    is_unknown: bool = False
    error: type[Exception] | None = None
    change: _Change | None = None


class ByHost(Enforcements):
    """An enforcement for each of several `policies`, made when one of its hosts is first asked for.

    On a host without a policy, nobody's policy is enforced. A host whose policy cannot be found is not
    answered at all. Both are logged in `log`.
    """

    def __init__(self, policies: Policies, make: Make, log: HostAdvice) -> None:
        self.policies = policies
        self._make = make
        self._log = log
        nobodys = make(policies.of_nobody, "hosts without a policy")
        self._unknown = replace(nobodys, closed=Closed.UNKNOWN_HOST)
        self._unavailable = replace(self._unknown, closed=Closed.UNAVAILABLE)
        self._kept = Recent[Hashable, _Kept](policies.most_ready)
        self._hosts = Recent[str, _Known](policies.most_ready * _HOSTS_PER_POLICY)
        self._host_locks = _Locks()
        # Not the locks of hosts: two threads that hold one of each could wait for each other.
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
        if known.key is None:
            return self._unavailable
        kept = self._kept.get(known.key)
        return None if kept is None else kept.enforcement

    def load(self, host: str) -> None:
        """Load the policy of `host` now. Raises PolicyError and OSError where it cannot be used."""
        found = self.policies.find(host)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), self.policies.remedy(host))
        policy = found.load()
        if policy is not None:
            enforcement = self._make(policy, self._name_of(found))
            self._kept.put(found.key, _Kept(found.name, found.version, enforcement))

    def for_host(self, host: str) -> Enforcement:
        ready = self.ready_for(host)
        if ready is not None:
            return ready
        # One thread looks, which may take long. Requests go on with the last enforcement, and wait only where
        # there is none.
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
        """Find the policy of `host`, load it where it has changed, and remember what is known now."""
        before = self._hosts.get(host[:_LONGEST_KEY])
        key = before.key if before is not None else None
        kept = self._kept.get(key) if key is not None else None
        try:
            found = self.policies.find(host)
            unsettled = self._kept_while_unsettled(host, found, before)
            if unsettled is not None:
                return unsettled
            enforcement = None if found is None else self._loaded(found, kept)
        except Exception as error:
            # Whatever the site's source raises must neither open the gate nor close a site that is known.
            return self._kept_after(error, host, before, kept)
        if before is not None and before.error is not None:
            self._log.works(host, before.error)
        if found is None or enforcement is None:
            self._log.unknown(host, self.policies.remedy(host))
            self._remember(host, None, is_unknown=True)
            return self._unknown
        is_kept = kept is not None and enforcement is kept.enforcement
        self._remember(host, key if is_kept else found.key)
        return enforcement

    def _kept_after(
        self, error: Exception, host: str, before: _Known | None, kept: _Kept | None
    ) -> Enforcement:
        """Return the enforcement that stays in effect for `host` after an `error` in finding its policy."""
        is_unknown = before is not None and before.is_unknown
        self._log.failed(host, error, keeps=kept is not None or is_unknown)
        key = before.key if before is not None and kept is not None else None
        self._remember(host, key, is_unknown=is_unknown, error=type(error))
        if is_unknown:
            return self._unknown
        return self._unavailable if kept is None else kept.enforcement

    def _kept_while_unsettled(
        self, host: str, found: FoundPolicy | None, before: _Known | None
    ) -> Enforcement | None:
        """Return the enforcement that is kept for `host` while another policy was `found` whose file may
        still be half written; None where there is nothing to wait for."""
        key = before.key if before is not None and before.key is not None else found and found.key
        kept = self._kept.get(key) if key is not None else None
        if not self.policies.settled_after or kept is None or kept.enforcement is self._unknown:
            return None
        seen = None if found is None else (found.key, found.version)
        if seen == (key, kept.version):
            return None
        change, now = before.change if before is not None else None, time.monotonic()
        if change is None or change.found != seen:
            change = _Change(seen, now)
        if now - change.since >= self.policies.settled_after:
            return None
        self._remember(host, key, error=before.error if before is not None else None, change=change)
        return kept.enforcement

    def _loaded(self, found: FoundPolicy, of_host: _Kept | None) -> Enforcement | None:
        """Return the enforcement of the policy that was `found`, loaded if it has changed; None where the
        policy has gone meanwhile.

        Where the policy has mistakes, the enforcement before them stays: that of the policy, or `of_host`.
        """
        with self._policy_locks.of(found.key):
            kept = self._kept.get(found.key)
            if kept is not None and kept.version == found.version:
                return kept.enforcement
            try:
                policy = found.load()
                if policy is None:
                    return None
                enforcement = self._make(policy, self._name_of(found))
            except PolicyError as error:
                before = kept or of_host
                keeps = before is not None and before.name == found.name
                enforcement = before.enforcement if before is not None and keeps else self._unknown
                self._log.mistaken(found.name, error, keeps=enforcement is not self._unknown)
                if kept is None and keeps:
                    # Not kept for the new key: its other hosts may have had another policy before.
                    return enforcement
            self._kept.put(found.key, _Kept(found.name, found.version, enforcement))
            return enforcement

    def _name_of(self, found: FoundPolicy) -> str:
        """Return the name of a policy in the log; "" where it is the only one."""
        return "" if self.policies.is_single_file else found.name

    def _remember(
        self,
        host: str,
        key: Hashable | None,
        *,
        is_unknown: bool = False,
        error: type[Exception] | None = None,
        change: _Change | None = None,
    ) -> None:
        until = time.monotonic() + self.policies.recheck
        self._hosts.put(host[:_LONGEST_KEY], _Known(until, key, is_unknown, error, change))


class _Locks:
    """A lock for each key. There are few, and some keys share one."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(_STRIPES)]

    def of(self, key: Hashable) -> threading.Lock:
        """Return the lock of `key`."""
        return self._locks[hash(key) % _STRIPES]
