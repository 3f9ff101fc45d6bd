"""The driver of the gate's tests, over both interfaces."""

from gate.conftest import interface, make_site

__all__ = ["interface", "make_site"]
