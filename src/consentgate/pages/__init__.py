"""What visitors see of the gate: banner, choices page, error pages, and the files that these need."""

from consentgate.web.paths import local_path

from .pages import Pages

__all__ = ["Pages", "local_path"]
