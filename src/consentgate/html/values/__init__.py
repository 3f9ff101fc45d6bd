"""What stands in attributes and scripts: style sheets, image candidates, data: URLs, JavaScript, JSON."""
