# Sourced by bin/synod and bin/test with $root set: makes sure that the packages are installed and that dist is current.
# Quiet unless it has to work; what it does it says on standard error. Safe when several start at once.

say() { printf 'synod: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

work=$root/.build
lock=$work/lock
installed=$root/node_modules/.synod-installed
built=$root/dist/.synod-built
node=$root/node_modules/.bin/node

install_is_stale() {
  [ ! -x "$node" ] || [ ! -f "$installed" ] || [ "$root/package-lock.json" -nt "$installed" ]
}

# Newer files are seen by their time; files that went or were renamed by the list of names.
source_names() {
  (cd "$root" && find src proto -path src/gen -prune -o -type f -print | LC_ALL=C sort | cksum)
}

build_is_stale() {
  [ ! -f "$built" ] || [ ! -d "$root/src/gen" ] && return 0
  newer=$(cd "$root" && find src proto tools/build.mjs tsconfig.json tsconfig.build.json electron.vite.config.ts buf.gen.yaml package-lock.json \
    -path src/gen -prune -o -type f -newer "$built" -print | head -n 1)
  [ -n "$newer" ] || [ "$(source_names)" != "$(cat "$built")" ]
}

holder_lives() { kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ]; }

# A symbolic link is made at once with its content, so nobody ever sees a lock without a holder.
take_lock() {
  mkdir -p "$work"
  waited=
  until ln -s "$$" "$lock" 2>/dev/null; do
    holder=$(readlink "$lock" 2>/dev/null) || continue
    if ! holder_lives "$holder"; then
      # One at a time looks again and clears the lock of the dead.
      if mkdir "$lock.clearing" 2>/dev/null; then
        [ "$(readlink "$lock" 2>/dev/null)" = "$holder" ] && rm -f "$lock"
        rmdir "$lock.clearing"
      elif [ -n "$(find "$work" -name lock.clearing -mmin +1 2>/dev/null)" ]; then
        rmdir "$lock.clearing" 2>/dev/null || :
      fi
      continue
    fi
    [ -n "$waited" ] || say "waiting for process $holder, which is preparing $root"
    waited=yes
    sleep 0.2 2>/dev/null || sleep 1
  done
  trap 'rm -f "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

release_lock() {
  rm -f "$lock"
  trap - EXIT INT TERM HUP
}

# Without its own optional binary the "node" package is of no use; that is the one thing npm can leave out silently.
install_packages() {
  command -v npm >/dev/null 2>&1 || fail 'npm is not installed: install Node.js 20 or newer (it brings npm), then try again'
  say 'installing packages (npm ci)'
  (cd "$root" && npm ci --include=dev --no-audit --no-fund --loglevel=error >&2) ||
    fail "npm ci failed in $root: see above"
  "$node" --version >/dev/null 2>&1 ||
    fail 'the pinned Node.js did not install: its install script was not run. Set "ignore-scripts=false" for npm, then try again'
  : >"$installed"
}

build() {
  say 'building'
  mkdir -p "$work"
  names=$(source_names)
  # Taken before the build: what changes meanwhile is newer than this.
  printf '%s\n' "$names" >"$work/built"
  (cd "$root" && "$node" tools/build.mjs >&2) || fail "the build failed in $root: see above"
  mv "$work/built" "$built"
}

prepare_install() {
  install_is_stale || return 0
  take_lock
  ! install_is_stale || install_packages
  release_lock
}

prepare() {
  install_is_stale || build_is_stale || return 0
  take_lock
  ! install_is_stale || install_packages
  ! build_is_stale || build
  release_lock
}
