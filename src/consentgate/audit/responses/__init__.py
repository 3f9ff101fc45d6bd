"""Reads the responses of a site without a browser: what each would have browsers load and store."""
