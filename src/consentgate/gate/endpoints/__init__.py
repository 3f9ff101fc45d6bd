"""The gate's own pages and files, and the decisions that visitors send."""
