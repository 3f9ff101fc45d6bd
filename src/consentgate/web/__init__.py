"""What HTTP and HTML share: URLs, paths, MIME sniffing, client hints."""
