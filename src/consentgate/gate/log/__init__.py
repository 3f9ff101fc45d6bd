"""What the log tells site owners: advice and findings."""
