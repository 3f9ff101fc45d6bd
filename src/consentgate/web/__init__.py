"""What HTTP and HTML share: URLs, hosts, paths, white space, MIME sniffing, client hints."""
