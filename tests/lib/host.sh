# For tests/run and deploy/quickstart: what a host needs, and what is on it.

# install_packages "NAME NAME ...": those that are missing, through apt.
install_packages() {
  local missing=() name
  for name in $1; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)" = installed ] || missing+=("$name")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null || { echo "missing, and there is no apt to install them: ${missing[*]}" >&2; return 3; }
  echo "installing: ${missing[*]}"
  if ! apt_install "${missing[@]}"; then
    apt-get update -qq </dev/null
    apt_install "${missing[@]}"
  fi
}

# What is installed for its programs starts no service: which ones run is for the host's owner to say.
apt_install() {
  local policy=/usr/sbin/policy-rc.d own="" status=0
  if [ ! -e "$policy" ]; then
    own=1
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 0755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" </dev/null >/dev/null || status=$?
  [ -z "$own" ] || rm -f "$policy"
  return "$status"
}

# footprint FOLDER MOMENT: writes down everything on the host that a test could leave behind.
footprint() {
  local into=$1/$2
  ip -o link | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | sort >"$into.links"
  ls /run/netns 2>/dev/null | sort >"$into.namespaces" || true
  cut -d' ' -f5 /proc/self/mountinfo | sort >"$into.mounts"
  nft list tables | sort >"$into.tables"
  find /sys/fs/cgroup -mindepth 1 -type d 2>/dev/null | sort >"$into.cgroups" || true
  ps -eo pid=,args= | grep -Ev '(ps -eo|grep -E|sed |sort|tests/run|MSBuild|VBCSCompiler|host\.sh)' |
    sed 's/^ *//' | sort >"$into.processes" || true
}

# own_cgroups BEFORE: of the paths on its input those that tests may have made. What lies
# below a group that was there before is its owner's: service managers and sessions come and go during a test run.
own_cgroups() {
  local top=6
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then top=5; fi
  awk -F/ -v top="$top" '
    NR == FNR { before[$0]; next }
    { group = ""; for (i = 2; i <= top && i <= NF; i++) group = group "/" $i }
    !(group in before) || group ~ /\/swarm[^\/]*$/' "$1" -
}

# left_behind FOLDER: names what is there after and was not before; false when there is something.
left_behind() {
  local kind found clean=0
  for kind in links namespaces mounts tables cgroups processes; do
    found=$(comm -13 "$1/before.$kind" "$1/after.$kind")
    [ "$kind" != cgroups ] || found=$(own_cgroups "$1/before.cgroups" <<<"$found" | grep . || true)
    [ -z "$found" ] && continue
    clean=1
    sed "s/^/left behind, of $kind: /" <<<"$found"
  done
  return $clean
}
