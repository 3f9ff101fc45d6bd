#!/bin/sh
# Install the servers that some tests put in front of an app, valgrind, with which `make doubling` counts work, and
# wrk, with which `make bench` makes requests,
# where apt and root are at hand.
set -eu

missing=""
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || missing="nginx-light openssl"
command -v varnishd >/dev/null || [ -x /usr/sbin/varnishd ] || missing="$missing varnish"
command -v valgrind >/dev/null || missing="$missing valgrind"
command -v wrk >/dev/null || missing="$missing wrk"

if [ -z "$missing" ]; then
    echo "nginx, Varnish, valgrind and wrk are there already."
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # One word a package.
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
else
    echo "Please install nginx, Varnish, valgrind and wrk with your system's package manager; without the servers their" \
        "tests are skipped, and without wrk the benchmarks use something slower." >&2
    exit 1
fi
