"""The grammar of HTML as the standard's tokenizer reads it, as patterns over bytes.

Section numbers are those of the WHATWG HTML standard, chapter 13.2.5 "Tokenization". Every repetition is
possessive: a pattern reads each byte once, never goes back, and so is linear on any input. A pattern that
needs more input than there is does not match; the caller waits for more.
"""

from __future__ import annotations

import re

from consentgate.web.whitespace import ASCII_WHITESPACE

# Carriage returns count: they become line feeds on the way in (13.2.3.5).
WHITESPACE = ASCII_WHITESPACE.encode()
SPACE = rb"[%b]" % WHITESPACE
NAME_END = rb"(?=[%b/>])" % WHITESPACE

# 13.2.5.6 Tag open state, 13.2.5.8 Tag name state.
TAG_NAME = rb"[a-zA-Z][^%b/>]*+" % WHITESPACE

# 13.2.5.32 to 13.2.5.34: an attribute's name may begin with "=".
ATTRIBUTE_NAME = rb"[^%b/>][^%b/>=]*+" % (WHITESPACE, WHITESPACE)

# 13.2.5.35 to 13.2.5.39. At the end of the input (\Z) a value that is still open takes all of it, so that
# nothing inside it is ever mistaken for another attribute.
DOUBLE_QUOTED = rb'"[^"]*+(?:"|\Z)'
SINGLE_QUOTED = rb"'[^']*+(?:'|\Z)"
UNQUOTED = rb"[^%b>\"'][^%b>]*+" % (WHITESPACE, WHITESPACE)
EQUALS = SPACE + rb"*+=" + SPACE + rb"*+"
VALUE = rb"(?:" + DOUBLE_QUOTED + rb"|" + SINGLE_QUOTED + rb"|" + UNQUOTED + rb"|(?=>|\Z))"

BETWEEN_ATTRIBUTES = rb"[%b/]*+" % WHITESPACE
ATTRIBUTES = (
    rb"(?:" + BETWEEN_ATTRIBUTES + ATTRIBUTE_NAME + rb"(?:" + EQUALS + VALUE + rb")?+)*+" + BETWEEN_ATTRIBUTES
)

# 13.2.5.42 to 13.2.5.52: "<!-->" and "<!--->" are whole comments, "--!>" ends one too.
COMMENT = rb"<!--(?:-?>|(?:[^-]++|-(?!-!?>))*+--!?>)"

COMMENT_END = re.compile(rb"--!?>")

# 13.2.5.41 Bogus comment state and 13.2.5.53 DOCTYPE state: a doctype ends at the first ">" even inside
# its quotes. "<![CDATA[" begins a bogus comment in HTML and a section in foreign content: the caller knows.
DECLARATION = rb"<!(?!--|\[CDATA\[)[^>]*+>"
BOGUS_COMMENT = rb"<\?[^>]*+>|</(?![a-zA-Z])[^>]*+>"

TEXT = rb"[^<]++"
LONE_LESS_THAN = rb"<(?=[^a-zA-Z/!?])"

MARKUP_BUT_NO_TAG = rb"(?:" + rb"|".join((LONE_LESS_THAN, COMMENT, DECLARATION, BOGUS_COMMENT)) + rb")"
NOT_A_TAG = rb"(?:" + TEXT + rb"|" + MARKUP_BUT_NO_TAG + rb")"

NOT_TAGS = re.compile(NOT_A_TAG + rb"*+")

START_TAG = re.compile(rb"<(?P<name>" + TAG_NAME + rb")(?P<attributes>" + ATTRIBUTES + rb")>")
END_TAG = re.compile(rb"</(?P<name>" + TAG_NAME + rb")" + ATTRIBUTES + rb">")

# For `finditer`, which skips what is between attributes. If the pattern matched that itself, a run of spaces
# that no attribute follows would be read again from each of them.
ATTRIBUTE = re.compile(
    rb"(?P<name>"
    + ATTRIBUTE_NAME
    + rb")(?:"
    + EQUALS
    + rb"(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>"
    + UNQUOTED
    + rb")|(?=>|\Z)))?+"
)

# What may stand before the first tag of a document: white space, comments, a doctype.
PREAMBLE_ITEM = re.compile(rb"|".join((SPACE + rb"++", COMMENT, DECLARATION, BOGUS_COMMENT)))
DOCTYPE = re.compile(rb"(?i)<!doctype")
TEXT_BEGINS = re.compile(rb"[^<]|" + LONE_LESS_THAN)
# A plain section holds no "<". So it ends in the same place whether it is read as a section (13.2.5.69) or,
# as outside foreign content, as a comment up to the first ">" and text after that.
CDATA_SECTION = re.compile(rb"<!\[CDATA\[(?:[^<\]]++|\](?!\]>))*+\]\]>")
