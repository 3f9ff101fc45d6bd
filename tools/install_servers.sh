#!/bin/sh
# Install the servers that some tests put in front of an app, where apt and root are at hand.
set -eu

missing=""
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="nginx-light openssl"
command -v varnishd >/dev/null || [ -x /usr/sbin/varnishd ] || missing="$missing varnish"

if [ -z "$missing" ]; then
    echo "nginx and Varnish are there already."
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # One word a package.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
else
    echo "Please install nginx and Varnish with your system's package manager; without them their tests are" \
        "skipped." >&2
    exit 1
fi
