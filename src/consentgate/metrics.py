"""Metrics for Prometheus: how much a gate blocks, how long that takes, and how its ledger does.

    metrics = Metrics()
    gate = Gate(policy, secret_key="...", ledger=ledger, metrics=metrics)

It needs the extra `metrics`. The site itself serves what its registry holds: see docs/monitoring.md.
"""

from __future__ import annotations

from typing import Literal

from consentgate.consent.record import Event, Waiting
from consentgate.gate.meter import Unrecorded, VariantName

try:
    from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram
except ModuleNotFoundError as error:
    if error.name != "prometheus_client":
        raise
    raise ModuleNotFoundError(
        "consentgate.metrics: the extra `metrics` is missing: prometheus_client. In a checkout: "
        "pip install -e '.[metrics]'",
        name=error.name,
    ) from error

__all__ = ["KINDS", "MOST_SERVICES", "OTHER", "Metrics"]

KINDS = frozenset(
    (
        "cookie set",
        "cookie sent",
        "header",
        "redirect",
        "response",
        "script",
        "inline script",
        "style",
        "link",
        "img",
        "iframe",
        "video",
        "audio",
        "source",
        "form",
        "meta",
        "widget",
    )
)
"""The kinds of what is blocked that have a name of their own: an element can be called anything."""
MOST_SERVICES = 200
"""The most services that have a name of their own: where each host has a policy, there may be any number."""
OTHER = "other"
_REASONS: tuple[Unrecorded, ...] = ("flood", "storage")
_VARIANTS: tuple[VariantName, ...] = ("closed", "open")
_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1)
_BYTES = tuple(1 << shift for shift in range(10, 25, 2))


class Metrics:
    """The metrics of a gate and its ledger, in a `registry` of prometheus-client: by default its own.

    No label says anything of a visitor, a page or an undeclared host, and each has few values. Raises
    ValueError where the registry has such metrics already.
    """

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        def counter(name: str, documentation: str, *labels: str) -> Counter:
            return Counter(f"consentgate_{name}", documentation, labels, registry=registry)

        self._decisions = counter("decisions", "Decisions that took effect, by event", "event")
        self._unrecorded = counter("unrecorded", "Decisions of which no record was kept", "event", "reason")
        self._blocked = counter("blocked", "What was blocked", "kind", "service")
        self._would_block = counter(
            "would_block", "What would be blocked, were it not for report_only", "kind", "service"
        )
        self._pages = counter("pages", "Pages that were read, by variant", "variant")
        self._closed = counter("closed", "Responses that an error page was sent for", "status")
        self._broken = counter("broken_pages", "Pages that broke off in the middle")
        self._seconds = Histogram(
            "consentgate_rewrite_seconds", "Time to read a page", buckets=_SECONDS, registry=registry
        )
        self._bytes = Histogram("consentgate_page_bytes", "Size of a page", buckets=_BYTES, registry=registry)

        def gauge(name: str, documentation: str, mode: Literal["livesum", "livemax"]) -> Gauge:
            return Gauge(
                f"consentgate_ledger_{name}", documentation, registry=registry, multiprocess_mode=mode
            )

        self._waiting_bytes = gauge("waiting_bytes", "Bytes that wait for the database", "livesum")
        self._waiting_entries = gauge("waiting_entries", "Entries that wait for the database", "livesum")
        self._waiting_seconds = gauge("waiting_seconds", "How long the oldest of them has waited", "livemax")
        self._left_behind = gauge("left_behind_bytes", "Bytes of processes that are no more", "livemax")
        # 0 is what a process says that knows nothing yet: a gauge of what works would be a false alarm.
        self._failing = gauge("database_failing", "1 while the database does not work", "livemax")
        self._services: set[str] = set()
        # A page has many of them, and to find a series by its labels takes longer than to count.
        self._series: dict[tuple[str, str, bool], Counter] = {}
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """Make the series that are known beforehand, so that a rise from nothing is seen."""
        for event in Event:
            self._decisions.labels(event.value)
            for reason in _REASONS:
                self._unrecorded.labels(event.value, reason)
        for variant in _VARIANTS:
            self._pages.labels(variant)
        self._closed.labels("502")

    # -- what the gate tells ---------------------------------------------------------------------------------

    def decided(self, event: Event) -> None:
        """Count a decision."""
        self._decisions.labels(event.value).inc()

    def not_recorded(self, event: Event, why: Unrecorded) -> None:
        """Count a decision that was not recorded."""
        self._unrecorded.labels(event.value, why).inc()

    def blocked(self, kind: str, service: str, *, is_enforced: bool) -> None:
        """Count something that was, or would have been, blocked."""
        if service not in self._services:
            if len(self._services) >= MOST_SERVICES:
                service = OTHER
            else:
                self._services.add(service)
        key = (kind if kind in KINDS else OTHER, service, is_enforced)
        series = self._series.get(key)
        if series is None:
            counter = self._blocked if is_enforced else self._would_block
            series = self._series[key] = counter.labels(*key[:2])
        series.inc()

    def page_read(self, variant: VariantName, seconds: float, size: int) -> None:
        """Count a page."""
        self._pages.labels(variant).inc()
        self._seconds.observe(seconds)
        self._bytes.observe(size)

    def closed(self, status: int) -> None:
        """Count a response that an error page was sent for."""
        self._closed.labels(str(status)).inc()

    def broke_off(self) -> None:
        """Count a page that broke off."""
        self._broken.inc()

    # -- what the ledger tells -------------------------------------------------------------------------------

    def waits(self, waiting: Waiting) -> None:
        """Show what waits for the ledger's database."""
        self._waiting_bytes.set(waiting.size)
        self._waiting_entries.set(waiting.entries)
        self._waiting_seconds.set(waiting.seconds)
        self._left_behind.set(waiting.left_behind)

    def database_failing(self, failing: bool) -> None:
        """Show whether the ledger's database does not work."""
        self._failing.set(int(failing))
