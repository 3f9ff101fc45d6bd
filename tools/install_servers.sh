#!/bin/sh
# Install the servers that some tests put in front of an app, where apt and root are at hand.
set -eu

if command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]; then
    echo "There is an nginx already."
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nginx-light openssl
else
    echo "Please install nginx with your system's package manager; its tests are skipped without it." >&2
    exit 1
fi
