"""XML documents: plain ones pass, the others are refused."""
