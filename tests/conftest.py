"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A machine under load must not fail a test, and CI runs the same examples each time.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("local", **_PATIENT)
settings.register_profile("ci", derandomize=True, **_PATIENT)
settings.load_profile("ci" if os.environ.get("CI") else "local")
