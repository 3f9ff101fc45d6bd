"""The gate: enforces a policy on requests and responses, free of WSGI and ASGI."""

from .exchange import Exchange, GateClosed
from .gate import Gate, Rewritten, is_short
from .message import Answer, Head, Header, Request
from .recording import Recording

__all__ = [
    "Answer",
    "Exchange",
    "Gate",
    "GateClosed",
    "Head",
    "Header",
    "Recording",
    "Request",
    "Rewritten",
    "is_short",
]
