"""The commands of `consentgate ledger`, by name. They need the extra `ledger`."""

from __future__ import annotations

from . import counts, proof, records, upkeep
from .given import COMMANDS

__all__ = ["COMMANDS", "counts", "proof", "records", "upkeep"]
