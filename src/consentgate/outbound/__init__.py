"""Holds the requests that the server itself sends to third parties to the visitor's consent.

A server that passes events on to a vendor does what a pixel in the page does, and needs the visitor's consent
as much (Directive 2002/58/EC, Art. 5(3); GDPR, Art. 6).
"""

from .outbound import HELD_BACK, ActingFor, Mode, Outbound, current_consent

__all__ = ["HELD_BACK", "ActingFor", "Mode", "Outbound", "current_consent"]
