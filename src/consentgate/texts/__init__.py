"""What visitors read, with a file for each language."""

from .loading import has_texts, languages, texts
from .model import CategoryText, Problem, Texts

__all__ = ["CategoryText", "Problem", "Texts", "has_texts", "languages", "texts"]
