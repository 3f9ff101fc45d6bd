"""XML documents go through the same gate as everything else, over both interfaces."""

from gate.conftest import interface, make_site

__all__ = ["interface", "make_site"]
