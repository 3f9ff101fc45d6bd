"""XML documents: plain ones pass, the rest is refused."""
