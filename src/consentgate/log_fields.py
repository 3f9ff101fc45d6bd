"""What log lines say to machines, beside their words for people."""

from __future__ import annotations

from collections.abc import Mapping

KEY = "consentgate"
"""The attribute of a log record that holds the fields. One for all of them: other names could be somebody
else's."""

Value = str | int | float | bool
Fields = dict[str, Mapping[str, Value]]


def fields(event: str, **values: Value | None) -> Fields:
    """Return the `extra` of a log line about an `event`, one of those in docs/monitoring.md.

    The `values` are ids of the policy, words of ours and numbers; never anything that came with a request.
    Those that are None are left out.
    """
    return {KEY: {"event": event, **{name: value for name, value in values.items() if value is not None}}}
