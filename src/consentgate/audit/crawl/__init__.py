"""Crawls a site over HTTP: slowly, within bounds, and only where it may."""
