"""What a policy states of what counts visits without consent, so that it loads."""

from consentgate.policy.model import CONDITIONS, Measurement

AUDIENCE = (
    'measurement = { conditions = ["this-site-only", "anonymous-statistics", "not-matched", "not-passed-on", '
    '"no-shared-identifier"], data_kept = "25 months" }\n'
)


def measurement_for(reason: str | None) -> Measurement | None:
    """Everything that has to be stated of something with this reason; None where that is nothing."""
    conditions = CONDITIONS.get(reason or "")
    if conditions is None:
        return None
    return Measurement(conditions=tuple(conditions), data_kept="25 months", processor="Measuring Ltd")


UK_STATISTICS = 'measurement = { conditions = ["sole-purpose", "not-shared"] }\n'


def stated_for(reason: str) -> str:
    """The same in TOML."""
    return {"audience": AUDIENCE, "uk-statistics": UK_STATISTICS}.get(reason, "")
