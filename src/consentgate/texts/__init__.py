"""What visitors read, with a file for each language."""

from .model import CategoryText, Problem, Texts, has_texts, languages, texts

__all__ = ["CategoryText", "Problem", "Texts", "has_texts", "languages", "texts"]
