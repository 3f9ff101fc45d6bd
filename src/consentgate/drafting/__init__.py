"""Drafts of policy files: from a project's files, from findings, from other consent managers' configurations.

Nothing here runs a project's code: files are read, and that is all.
"""
