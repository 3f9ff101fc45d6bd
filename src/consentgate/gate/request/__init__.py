"""Reads a request: its origin, its purpose, and the visit that it is part of."""
