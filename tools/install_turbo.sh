#!/bin/sh
# Install Turbo, a script that some browser tests have in their pages, into node_modules: no Python package brings
# a current one. npm comes from Debian where apt and root are at hand; without it those tests skip.
set -eu

if [ -e node_modules/@hotwired/turbo ]; then
    echo "Turbo is there already."
    exit
fi
if ! command -v npm >/dev/null && command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends npm
fi
if command -v npm >/dev/null; then
    npm install --silent --no-save --no-package-lock --ignore-scripts @hotwired/turbo@8
fi
