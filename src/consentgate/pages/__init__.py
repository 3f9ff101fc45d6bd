"""What visitors see of the gate: banner, choices page, error pages, and the files that these need."""

from .pages import Pages
from .paths import local_path

__all__ = ["Pages", "local_path"]
