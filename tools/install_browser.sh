#!/bin/sh
# Install the browsers of the browser tests: Debian's where apt and root are at hand. Elsewhere Playwright's own
# Chromium; the tests of the other engines then skip.
# Takes the Python of the environment that has Playwright.
set -eu
python=$1

has() {
    for program; do
        if command -v "$program" >/dev/null; then return 0; fi
    done
    return 1
}

missing=
has chromium chromium-browser google-chrome || missing=chromium
has firefox-esr firefox || missing="$missing firefox-esr"
has WebKitWebDriver || missing="$missing webkit2gtk-driver"
has Xvfb || missing="$missing xvfb"
has openssl || missing="$missing openssl"

if [ -z "$missing" ]; then
    echo "The browsers are there already."
elif command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # several packages
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing
else
    case $missing in chromium*) "$python" -m playwright install chromium ;; esac
fi
