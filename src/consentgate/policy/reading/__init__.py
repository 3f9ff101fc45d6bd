"""Reads a policy file: TOML, its tables, the lines that mistakes are in, and what was likely meant."""
