"""Looks at a site from outside, as a visitor's browser does: `scan` lists what it does, `audit` judges it."""
