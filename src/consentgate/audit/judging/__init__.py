"""Judges a tour of a site: what was stored or contacted without consent, and whether saying no is as easy as
saying yes. No input, no output: what it needs is given to it."""

from .aliases import hosts_with_aliases
from .findings import Finding, Level
from .judge import judge_tour
from .rules import RULES, Rule

__all__ = ["RULES", "Finding", "Level", "Rule", "hosts_with_aliases", "judge_tour"]
