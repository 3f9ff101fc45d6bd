"""`consentgate serve` serves a folder of files behind the gate."""

from __future__ import annotations

import errno
import json
import os
import secrets
import signal
from collections.abc import Iterator
from pathlib import Path

import click

from consentgate.gate import Gate
from consentgate.policy import Policy
from consentgate.policy.claims.first_party import is_loopback
from consentgate.wsgi import ConsentMiddleware

from .page import said_in_a_line
from .progress_bar import while_it_takes
from .servers import Server, listen
from .static_site import StaticSite

SECRET_KEY = "CONSENTGATE_SECRET_KEY"  # noqa: S105  # the name of a variable, no key
"""The environment variable with the key that signs consent cookies."""

_USUAL_POLICY = Path("consentgate.toml")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The policy file. By default consentgate.toml in the current folder, where it is there.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 is any.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 is all of this machine's.")
@click.option("--json", "as_json", is_flag=True, help="Print what is served, and where, as one line of JSON.")
def serve(folder: Path, policy_file: Path | None, port: int, host: str, as_json: bool) -> None:
    """Serve a folder of files behind the gate.

    DIR is the folder, such as the output of a site generator. It is served until the command is interrupted.

    \b
    Example:
      consentgate serve public --port 8080
    """
    policy_file = policy_file or (_USUAL_POLICY if _USUAL_POLICY.is_file() else None)
    secret_key, insecure = os.environ.get(SECRET_KEY, ""), is_loopback(host)
    with said_in_a_line(str(policy_file)), while_it_takes("Loading the policy", quiet=as_json):
        policy = Policy.load(policy_file) if policy_file else Policy()
        gate = Gate(policy, secret_key=secret_key or secrets.token_hex(32), insecure=insecure)
    try:
        server = listen(ConsentMiddleware(StaticSite(folder), gate), host, port)
    except OSError as error:
        raise click.ClickException(_of_socket(error, host, port)) from None
    url = f"http://{f'[{host}]' if ':' in host else host}:{server.port}/"
    # Service managers end what they have started by this, and so does `kill`.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _tell(url, folder, policy_file, server, insecure=insecure, has_key=bool(secret_key), as_json=as_json)
        server.run()
    except KeyboardInterrupt:
        server.close()


def _tell(
    url: str,
    folder: Path,
    policy_file: Path | None,
    server: Server,
    *,
    insecure: bool,
    has_key: bool,
    as_json: bool,
) -> None:
    if as_json:
        policy = str(policy_file) if policy_file else None
        told = {"url": url, "folder": str(folder), "policy": policy, "server": server.name}
        click.echo(json.dumps({**told, "insecure": insecure, "keeps_choices": has_key}))
        return
    click.echo(f"Serving {folder} behind the gate on {url} (Ctrl+C stops it).")
    for line in _told(server, policy_file, insecure=insecure, has_key=has_key):
        click.echo(line)


def _told(server: Server, policy_file: Path | None, *, insecure: bool, has_key: bool) -> Iterator[str]:
    """Yield what there is to know of how the site is served."""
    if policy_file:
        yield f"Policy: {policy_file}. A change to it counts once this is started again."
    else:
        yield "Policy: none, so that consent also opens what nobody named. Name one with --policy."
    if insecure:
        yield "Insecure: the consent cookie is without Secure, since this is plain http on your own machine."
    else:
        yield (
            "Secure: browsers keep the consent cookie over https only. Put a proxy in front that speaks it, "
            "and passes the Host header on."
        )
    if not has_key:
        yield f"Choices are forgotten when this ends: without {SECRET_KEY}, a key was made for this run."
    if server.for_development:
        yield "Warning: this server is for development. Install waitress for visitors: pip install waitress"


def _of_socket(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"--port: {port} is taken on {host}: stop what listens there, or name another port"
    if error.errno == errno.EACCES:
        return f"--port: {port} is for the system's own: name one above 1023"
    return f"--host: cannot listen on {host}: {error.strerror or error}"
