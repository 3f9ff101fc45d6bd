"""What visitors read, with a file for each language."""

from .check import Fault, faults
from .cldr import Language
from .loading import english, has_texts, languages, texts
from .lookup import canonical, nearest
from .model import CategoryText, Problem, Texts

__all__ = [
    "CategoryText",
    "Fault",
    "Language",
    "Problem",
    "Texts",
    "canonical",
    "english",
    "faults",
    "has_texts",
    "languages",
    "nearest",
    "texts",
]
