"""What visitors read, a file a language."""

from .model import CategoryText, Problem, Texts, has_texts, languages, texts

__all__ = ["CategoryText", "Problem", "Texts", "has_texts", "languages", "texts"]
