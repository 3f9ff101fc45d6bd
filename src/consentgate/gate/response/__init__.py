"""What a response is, and how its body and its variants are treated."""
