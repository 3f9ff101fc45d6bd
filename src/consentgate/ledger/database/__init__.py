"""The tables of the ledger, and what is written to and read from them."""
