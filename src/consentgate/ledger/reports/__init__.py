"""What the ledger's counts look like to machines, in a terminal, and to whoever has to be shown them."""
