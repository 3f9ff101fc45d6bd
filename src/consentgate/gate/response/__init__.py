"""Decides what is done with a response, and makes its head, its body and its variants."""
