"""Checks the tables of a policy file, one subject a module."""
