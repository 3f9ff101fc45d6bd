"""How patterns over bytes are written and matched: by PCRE2 where the machine has it, else by `re`."""
