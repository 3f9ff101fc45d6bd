"""The gate's advice to site owners in the log: each thing once per process, with what to do about it."""

from __future__ import annotations

from consentgate.gate.meter import Meter
from consentgate.policy import Policy

from .configuration import ConfigurationAdvice
from .cookies import CookieAdvice
from .decisions import DecisionAdvice
from .declarations import DeclarationAdvice
from .findings import Findings
from .headers import HeaderAdvice
from .limits import LimitAdvice
from .naming import log_of
from .once import Once


class Advice:
    """The advice of one gate on its `policy` and its site, by subject. Safe to share by threads.

    What it finds is counted in `findings`. Where there are several policies, each line begins with the `name`
    of the policy. `once` remembers what was logged under that name. `meter` counts
    all that was blocked, logged before or not.
    """

    def __init__(
        self,
        policy: Policy,
        findings: Findings,
        name: str = "",
        once: Once | None = None,
        meter: Meter | None = None,
    ) -> None:
        once, log = once or Once(), log_of(name)
        self.findings = findings
        self.configuration = ConfigurationAdvice(once)
        self.cookies = CookieAdvice(policy, once, log)
        self.decisions = DecisionAdvice(once, log)
        self.declarations = DeclarationAdvice(policy, once, self.findings, log, meter)
        self.headers = HeaderAdvice(policy, once, self.findings, log)
        self.limits = LimitAdvice(once, log)
