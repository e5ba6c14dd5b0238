# Makes one HTTP request with curl; what comes on stdin is its body. After state.sh and attributes.sh.
#
# Set before it: config (for curl: see curl(1), --config; over stdin, since secrets may be in it); creates, removes (paths
# or patterns; empty: not asked for).

: "${config=}" "${creates=}" "${removes=}"

# Whether the name, or the pattern, matches anything, dangling links included.
matches() {
	[ ! -e "$1" ] && [ ! -L "$1" ] || return 0
	IFS=
	# shellcheck disable=SC2086 # a pattern is what the user may write here; with an empty IFS nothing is split
	set -- $1
	unset IFS
	[ -e "${1-}" ] || [ -L "${1-}" ]
}

if [ -n "$creates" ] && matches "$creates"; then refuse creates "$creates"; fi
if [ -n "$removes" ] && ! matches "$removes"; then refuse removes "$removes"; fi
command -v curl >/dev/null 2>&1 || refuse missing curl
exec 3<&0
printf '%s' "$config" | curl -q -K -
