"""Speed, and nothing else: markup that stays or goes without being judged tag by tag."""
