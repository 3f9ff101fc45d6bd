"""Speed, and nothing else: what passes or goes without being judged tag by tag."""
