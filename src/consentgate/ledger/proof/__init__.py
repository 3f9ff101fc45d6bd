"""What the ledger proves: checkpoints, and their verification."""
