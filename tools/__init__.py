"""Scripts that refresh files of the project, and what both its tests and its benchmarks start."""
