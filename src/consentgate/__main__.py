"""`python -m consentgate`, which is the command `consentgate`."""

from .cli import main

main()
