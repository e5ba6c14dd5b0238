# Tells whether a port answers. After system.sh.
#
# Set before it: host; port; patience (seconds); words (yes: tell what the port says first); connections (yes: tell
# the connections that the port has, as /proc/net/tcp does).

: "${host=}" "${port=}" "${patience=}" "${words=}" "${connections=}"

if [ "$connections" = yes ]; then
	file tcp /proc/net/tcp
	file tcp6 /proc/net/tcp6
	exit 0
fi

hexadecimal=$(printf '%04X' "$port")
# listens FILE: whether a socket listens on the port (state 0A), here or everywhere.
listens() {
	[ -r "$1" ] || return 1
	while read -r _ local _ state _; do
		case $local in *":$hexadecimal") [ "$state" != 0A ] || return 0 ;; esac
	done <"$1"
	return 1
}

case $host in
127.* | localhost | ::1 | 0.0.0.0 | ::)
	if [ "$words" != yes ] && [ -r /proc/net/tcp ]; then
		if listens /proc/net/tcp || listens /proc/net/tcp6; then fact open yes; fi
		fact looked yes
		exit 0
	fi
	;;
esac
limit=
if has timeout; then limit="timeout $patience"; fi
if [ "$words" = yes ]; then
	if has nc; then
		fact words "$($limit nc -w "$patience" "$host" "$port" </dev/null 2>/dev/null)"
	elif has bash; then
		# shellcheck disable=SC2016 # for the bash inside
		fact words "$($limit bash -c 'exec 3<>"/dev/tcp/$0/$1" && head -c 4096 <&3' "$host" "$port" 2>/dev/null)"
	else
		need nc
	fi
	fact looked yes
	exit 0
fi
if has nc; then
	if $limit nc -z -w "$patience" "$host" "$port" </dev/null >/dev/null 2>&1; then fact open yes; fi
elif has bash; then
	# shellcheck disable=SC2016
	if $limit bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$host" "$port" 2>/dev/null; then fact open yes; fi
else
	need nc
fi
fact looked yes
