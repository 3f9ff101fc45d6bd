"""Cookies on their way in and out."""
