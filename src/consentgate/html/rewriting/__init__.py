"""The rewriter: HTML in, chunk by chunk, and the same HTML out without what may not load."""
