"""HTML as tokens: its grammar, tags, text and encodings, and which elements are open (WHATWG HTML, 13.2)."""
