"""Reports of an audit: for people on a terminal and in a browser, for machines as JSON and SARIF, and for
GitHub."""

from .as_json import as_json
from .github import as_annotations
from .page import as_page
from .report import Report
from .sarif import as_sarif
from .table import as_table

__all__ = ["Report", "as_annotations", "as_json", "as_page", "as_sarif", "as_table"]
