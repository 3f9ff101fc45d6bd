"""HTML's grammar on bytes: tags, text, encodings, and which elements are open (WHATWG HTML, 13.2)."""
