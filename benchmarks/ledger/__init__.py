"""What the ledger costs beside a bare INSERT of the same row, and how that stays as it grows."""
