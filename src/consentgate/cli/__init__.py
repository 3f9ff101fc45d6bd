"""The command `consentgate`."""

from .main import main

__all__ = ["main"]
