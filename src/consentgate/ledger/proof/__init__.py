"""What the ledger proves: checkpoints, their verification, and receipts."""
