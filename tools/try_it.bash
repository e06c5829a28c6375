#!/usr/bin/env bash
# A cell of three agents on this machine.
exec "$(dirname -- "${BASH_SOURCE[0]}")/../bin/synod" try "$@"
