"""Speed, and nothing else: markup that passes or goes without being judged tag by tag."""
