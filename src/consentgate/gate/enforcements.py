"""Which enforcement is for which host: one for all, or one for each policy of several."""

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
"""Makes the enforcement of a policy with a name. What was learnt under that name is taken over. Raises
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
    """The enforcement of the policy `name`, and the version of the policy that was loaded last. After one
    with mistakes it is still that of the version before."""

    name: str
    version: Hashable
    enforcement: Enforcement


@dataclass(frozen=True, slots=True)
class _Change:
    """A change that was first seen at the time `since`: to the policy `found`, its key and version, or to
    none."""

    found: tuple[Hashable, Hashable] | None
    since: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a host until the time `until`: the `key` of its policy, None where it has none or
    that could not be found out; the `error` that asking for it ended in; and the `change` that does not count
    yet."""

    until: float
    key: Hashable | None
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
        nobodys = make(policies.of_nobody, "hosts without a policy")
        self._unknown = replace(nobodys, closed=Closed.UNKNOWN_HOST)
        self._unavailable = replace(self._unknown, closed=Closed.UNAVAILABLE)
        self._kept = Recent[Hashable, _Kept](policies.most_ready)
        self._hosts = Recent[str, _Known](policies.most_ready * _HOSTS_PER_POLICY)
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
        key = before.key if before is not None else None
        kept = self._kept.get(key) if key is not None else None
        try:
            found = self.policies.find(host)
            unsettled = self._before_unsettled(host, found, before)
            if unsettled is not None:
                return unsettled
            enforcement = None if found is None else self._loaded(found, kept)
            if found is None:
                key = None
            elif kept is None or enforcement is not kept.enforcement:
                key = found.key
        except Exception as error:
            # Whatever the site's source raises must neither open the gate nor close a site that is known.
            is_unknown = before is not None and before.is_unknown
            self._log.failed(host, error, keeps=kept is not None or is_unknown)
            key = key if kept is not None else None
            self._remember(host, key, is_unknown=is_unknown, error=type(error))
            if is_unknown:
                return self._unknown
            return self._unavailable if kept is None else kept.enforcement
        if before is not None and before.error is not None:
            self._log.works(host, before.error)
        if enforcement is None:
            self._log.unknown(host, self.policies.remedy(host))
            self._remember(host, None, is_unknown=True)
            return self._unknown
        self._remember(host, key)
        return enforcement

    def _before_unsettled(
        self, host: str, found: FoundPolicy | None, before: _Known | None
    ) -> Enforcement | None:
        """Return the enforcement that is kept for `host` while what was `found` is another policy that may
        still be in the middle of being written; None where there is nothing to wait for."""
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
        """Return the enforcement of a policy, loaded if it has changed; None where it has gone meanwhile.

        `of_host` is what its host had until now, which stays where what was found has mistakes.
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
                    # Under another key: other hosts of it may have had another policy before.
                    return enforcement
            self._kept.put(found.key, _Kept(found.name, found.version, enforcement))
            return enforcement

    def _name_of(self, found: FoundPolicy) -> str:
        """Return what the log calls a policy: nothing where it is the only one."""
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
