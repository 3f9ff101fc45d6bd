"""What visitors see of the gate: the banner, placeholders, the gate's own pages, and their files."""

from consentgate.web.paths import local_path

from .assets import Stylesheets
from .banner import SAVED, Beside, Shows
from .headers import shown_headers
from .own_record import Known
from .pages import Pages
from .template_check import check_templates

__all__ = [
    "SAVED",
    "Beside",
    "Known",
    "Pages",
    "Shows",
    "Stylesheets",
    "check_templates",
    "local_path",
    "shown_headers",
]
