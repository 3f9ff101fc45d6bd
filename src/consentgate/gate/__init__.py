"""The gate: enforces a policy on requests and responses, free of WSGI and ASGI."""

from .endpoints.handler import Effect
from .exchange import Exchange, GateClosed
from .gate import Gate, Rewritten, is_short
from .message import Answer, Head, Header, Request

__all__ = [
    "Answer",
    "Effect",
    "Exchange",
    "Gate",
    "GateClosed",
    "Head",
    "Header",
    "Request",
    "Rewritten",
    "is_short",
]
