"""How fast the gate is, beside others that do the same: `python -m benchmarks`, or `make bench`."""
