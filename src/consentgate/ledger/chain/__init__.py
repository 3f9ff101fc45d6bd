"""What a writer makes of decisions: entries in order, each record a signed link of a chain."""
