"""Measures the ledger beside a bare INSERT of the same row, and beside itself as it grows."""
