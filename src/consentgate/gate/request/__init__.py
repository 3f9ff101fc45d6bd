"""What a request says of its origin and of what it is for."""
