"""The Content-Security-Policy and the other headers that browsers enforce."""
