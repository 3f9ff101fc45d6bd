"""Generated inputs are the same on every run; `--hypothesis-profile=fuzz` looks for new ones."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("html", derandomize=True, max_examples=300, database=None, **_COMMON)
settings.register_profile("fuzz", max_examples=20_000, **_COMMON)
settings.load_profile("html")
