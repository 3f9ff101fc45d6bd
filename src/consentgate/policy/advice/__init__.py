"""What a site is told of its policy: what is missing in it, and what to write."""
