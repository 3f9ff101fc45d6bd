"""The ledger: records of consent that lose nothing, keep little, and can be shown.

    gate = Gate(policy, secret_key="...", ledger=Ledger("sqlite:///consent.db"))

It needs the extra `ledger`.
"""

from consentgate.consent.record import Event, Notice, NotRecorded, Record

try:
    from .database.connections import check_url
    from .database.retention import Retention
    from .ledger import Ledger, LedgerError
except ModuleNotFoundError as error:
    if error.name not in ("sqlalchemy", "alembic"):
        raise
    raise ModuleNotFoundError(
        f"consentgate.ledger: the extra `ledger` is missing: {error.name}. In a checkout: "
        "pip install -e '.[ledger]'",
        name=error.name,
    ) from error

__all__ = ["Event", "Ledger", "LedgerError", "NotRecorded", "Notice", "Record", "Retention", "check_url"]
