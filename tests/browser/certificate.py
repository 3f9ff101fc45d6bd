"""A throw-away self-signed certificate, so that the recorder can speak TLS for every host."""

import shutil
import subprocess
from pathlib import Path


class NoOpenSSL(Exception):
    """The `openssl` command is not installed."""


def make_certificate(folder: Path) -> Path:
    """Write a key and its certificate into one PEM file in `folder`, and return its path.

    The `openssl` command makes it: it is there wherever Python's own `ssl` is, and the alternative would
    be a test dependency (`cryptography`) for one file. The browser is told to ignore certificate errors,
    so no name in it has to match.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise NoOpenSSL("browser tests need the `openssl` command to make a throw-away certificate")
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    command = [openssl, "req", "-x509", "-nodes", "-days", "7", "-subj", "/CN=consentgate test recorder"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    return both
