"""Why a site cannot be built."""

from __future__ import annotations


class BuildError(Exception):
    """Says why a site cannot be built. Nothing was written then."""
