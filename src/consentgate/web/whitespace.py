"""White space as the WHATWG's standards know it."""

ASCII_WHITESPACE = "\t\n\f\r "
"""What may stand between tags, attributes, relations and candidates (WHATWG Infra, section 4.6). It is also
CSS's whitespace where line breaks are not normalised yet (CSS Syntax 3, section 4.2). A vertical tab is no
part of it."""
