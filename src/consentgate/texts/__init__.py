"""What visitors read, a file a language."""

from .model import CategoryText, Problem, Texts, languages, texts

__all__ = ["CategoryText", "Problem", "Texts", "languages", "texts"]
