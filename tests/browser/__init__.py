"""Tests that drive a real Chromium: what the browser contacts and stores is what counts."""
