"""Configurations of other consent managers, read as data."""
