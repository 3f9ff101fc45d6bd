#!/bin/sh
# Install Turbo, a script that some browser tests have in their pages, into node_modules. No Python package brings
# a current one. Without npm those tests skip.
set -eu

if [ -e node_modules/@hotwired/turbo ]; then
    echo "Turbo is there already."
elif command -v npm >/dev/null; then
    npm install --silent --no-save --no-package-lock --ignore-scripts @hotwired/turbo@8
fi
