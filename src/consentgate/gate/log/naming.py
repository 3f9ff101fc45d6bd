"""The gate's logger. Where there are several policies, each line names the policy that it is about."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any, TypeAlias

from consentgate.log_fields import KEY

_log = logging.getLogger("consentgate")


class _Naming(logging.LoggerAdapter[logging.Logger]):
    """Puts the `name` of a policy before each line."""

    def __init__(self, name: str) -> None:
        super().__init__(_log)
        self._policy = name
        # The line is a format string, in which a percent sign has to be doubled.
        self._name = name.replace("%", "%%")

    def process(self, msg: Any, kwargs: MutableMapping[str, Any]) -> tuple[Any, MutableMapping[str, Any]]:
        if KEY in kwargs.get("extra", {}):
            kwargs["extra"] = {**kwargs["extra"], KEY: {**kwargs["extra"][KEY], "policy": self._policy}}
        return f"{self._name}: {msg}", kwargs


Log: TypeAlias = logging.Logger | _Naming


def log_of(name: str = "") -> Log:
    """Return the logger for lines about the policy `name`, "" for the only one."""
    return _Naming(name) if name else _log
