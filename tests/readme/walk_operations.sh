#!/bin/bash
# walk_operations.sh PROGRAM GUIDE SOURCES: runs every command of the guide for operators, exactly
# as printed there but for the places, on a site of its own. `systemctl` runs the service that the
# guide describes, and `sudo` only runs its command. The guide's comments "before: COMMAND" cause
# the faults that it mends. Also: every alarm of the sources has a section.
# The backquotes are Markdown.
# shellcheck disable=SC2016
set -euo pipefail
program=$1
guide=$2
sources=$3
folder=$(mktemp -d)
end() {
  if [ -e "$folder/server" ]; then
    kill "$(cat "$folder/server")"
    tail --pid="$(cat "$folder/server")" -f /dev/null
  fi
  rm -rf "$folder"
}
trap end EXIT
port=$(python3 -c 'import socket
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    print(free.getsockname()[1])')

# The guide's places, in the folder.
place() {
  sed -e "s#/var/lib/#$folder/lib/#g" -e "s#/etc/#$folder/etc/#g" -e "s#/srv/#$folder/srv/#g" \
    -e "s#/usr/local/bin#$folder/bin#g" -e "s#build/codelog#$program#g" \
    -e "s#127.0.0.1:7000#127.0.0.1:$port#g"
}
block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/d;p}" "$guide" | place; }

mkdir -p "$folder"/{bin,lib,etc/codelog,etc/systemd/system,srv/new,steps}
block ini >"$folder/etc/systemd/system/codelog.service"

cat >"$folder/bin/sudo" <<'END'
#!/bin/bash
set -euo pipefail
if [ "$1" = -u ]; then shift 2; fi
case $1 in
  useradd) exit 0 ;;
  install)
    arguments=()
    while [ $# -gt 0 ]; do
      case $1 in -o | -g) shift 2 ;; *) arguments+=("$1"); shift ;; esac
    done
    exec "${arguments[@]}"
    ;;
  *) exec "$@" ;;
esac
END
cat >"$folder/bin/systemctl" <<END
#!/bin/bash
set -euo pipefail
folder=$folder
stop() {
  [ -e "\$folder/server" ] || return 0
  kill "\$(cat "\$folder/server")"
  tail --pid="\$(cat "\$folder/server")" -f /dev/null
  rm "\$folder/server"
}
start() {
  unit=\$folder/etc/systemd/system/codelog.service
  set -a
  . "\$(sed -n 's/^EnvironmentFile=//p' "\$unit")"
  command=\$(sed -n 's/^ExecStart=//p' "\$unit")
  mkfifo "\$folder/listening"
  \$command >"\$folder/listening" 2>>"\$folder/journal" &
  echo \$! >"\$folder/server"
  read -r line <"\$folder/listening"
  rm "\$folder/listening"
  [[ \$line == "listening on "* ]]
}
case \$1 in
  daemon-reload) ;;
  enable | start) start ;;
  stop) stop ;;
  restart) stop; start ;;
  *) exit 2 ;;
esac
END
cat >"$folder/bin/journalctl" <<END
#!/bin/bash
tail -n "\${4:-10}" "$folder/journal"
END
chmod +x "$folder"/bin/*

# Comments become commands; each block of commands follows.
sed -n -e 's/^<!-- before: \(.*\) -->$/\1/p' -e '/^```sh$/,/^```$/{/^```/d;p}' "$guide" |
  place >"$folder/steps.sh"
[ -s "$folder/steps.sh" ]
export PATH=$folder/bin:$PATH
# Some releases, which a site has when alarms speak of them.
demo() (
  set -a
  # shellcheck source=/dev/null
  . "$folder/etc/codelog/environment"
  "$program" demo >/dev/null
)
{
  declare -f demo
  printf 'program=%q\nfolder=%q\n' "$program" "$folder"
  # After the environment has been written, and before the service starts.
  sed '/^sudo systemctl daemon-reload$/i demo' "$folder/steps.sh"
} >"$folder/all.sh"
(cd "$folder/steps" && bash -xeuo pipefail "$folder/all.sh") | tee "$folder/answers"

grep -q 'Nothing needs a person' "$folder/answers"
grep -q '^codelog_concerns ' "$folder/answers"
grep -q '^eve$' "$folder/answers"
grep -q '^codelog log keys v1$' "$folder/answers"
[ "$(grep -c '^good: ' "$folder/answers")" -ge 5 ]

# The proxy's file, where nginx is installed.
if nginx=$(command -v nginx || ls /usr/sbin/nginx 2>/dev/null); then
  mkdir -p "$folder/etc/ssl/"{certs,private}
  openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=codelists.example.org \
    -keyout "$folder/etc/ssl/private/codelists.key" \
    -out "$folder/etc/ssl/certs/codelists.pem" 2>/dev/null
  printf 'pid %s/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s\n}\n' \
    "$folder" "$(block nginx)" >"$folder/nginx.conf"
  "$nginx" -t -q -c "$folder/nginx.conf"
fi
if command -v systemd-analyze >/dev/null; then
  if systemd-analyze verify "$folder/etc/systemd/system/codelog.service" 2>&1 |
    grep -E 'codelog.service:.*(Unknown|Failed to parse|Invalid)'; then
    exit 1
  fi
fi

# Every alarm has its section.
names=$(sed -n -e 's/.*add("\([a-z_]*\)".*/\1/p' -e 's/.*Action{"\([a-z_]*\)".*/\1/p' \
  "$sources/server/site/site_status.cpp")
[ "$(echo "$names" | wc -l)" -ge 12 ]
for name in $names; do grep -q "^### $name\$" "$guide"; done
