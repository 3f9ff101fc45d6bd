"""How patterns are run: `re`, or PCRE2 where the machine has it."""
