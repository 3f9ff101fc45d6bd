#!/bin/sh
# Install a Chromium for the browser tests: Debian's where apt and root are at hand, else Playwright's own.
# Takes the Python of the environment that has Playwright.
set -eu
python=$1

if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
    echo "There is a Chromium already."
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium openssl
else
    "$python" -m playwright install chromium
fi
