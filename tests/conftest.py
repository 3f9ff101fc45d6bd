"""What holds for all tests."""

from __future__ import annotations

import os

from hypothesis import settings

# A machine under load must not fail a test, and CI runs the same examples each time.
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")
