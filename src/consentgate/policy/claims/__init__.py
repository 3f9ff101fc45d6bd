"""What a policy claims: which URL, cookie or element belongs to which of its services."""
