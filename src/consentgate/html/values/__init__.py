"""The languages inside attributes and raw text: style sheets, image candidates, data: URLs, JavaScript,
JSON."""
