"""What the gate tells site owners in the log: each thing once per process, with what to do about it."""

from __future__ import annotations

from consentgate.policy import Policy

from .configuration import ConfigurationAdvice
from .cookies import CookieAdvice
from .decisions import DecisionAdvice
from .declarations import DeclarationAdvice
from .findings import Findings
from .headers import HeaderAdvice
from .limits import LimitAdvice
from .once import Once


class Advice:
    """The advice of one gate on its `policy` and its site, by subject. Safe to share by threads.

    The `findings` are those of the policy before this one, where there was one.
    """

    def __init__(self, policy: Policy, findings: Findings | None = None) -> None:
        once = Once()
        self.findings = findings or Findings()
        self.configuration = ConfigurationAdvice(once)
        self.cookies = CookieAdvice(policy, once)
        self.decisions = DecisionAdvice(once)
        self.declarations = DeclarationAdvice(policy, once, self.findings)
        self.headers = HeaderAdvice(policy, once, self.findings)
        self.limits = LimitAdvice(once)
