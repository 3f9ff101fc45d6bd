"""nginx for one test: in a folder of its own, as whoever runs the tests."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_CONFIGURATION = """
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    keepalive_timeout 600;
    proxy_read_timeout 600;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
}}
"""


def nginx_command(program: str, folder: Path, http: str) -> list[str]:
    """What starts the nginx at `program` with `http` in its block of that name, and `folder` to write to."""
    user = pwd.getpwuid(os.getuid()).pw_name
    (folder / "nginx.conf").write_text(_CONFIGURATION.format(user=user, folder=folder, http=http))
    return [program, "-p", str(folder), "-c", f"{folder}/nginx.conf"]
