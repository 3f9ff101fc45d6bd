"""`python -m consentgate`: the command of that name."""

from .cli import main

main()
