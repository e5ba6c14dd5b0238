# Calls iptables for one table, and tells what it says. After system.sh.
#
# Set before it: tool (iptables or ip6tables); table; wait (seconds that somebody else may hold the lock, or empty).

: "${tool=}" "${table=}" "${wait=}"
need "$tool"

# tables WORD...: one call. -w came with 1.4.20, its seconds with 1.6.0; before that nobody could wait.
tables() {
	if [ -n "$wait" ]; then
		case $("$tool" --version) in
		*v1.[0-3].* | *v1.4.? | *v1.4.?[!0-9]* | *v1.4.1*) ;;
		*v1.4.* | *v1.5*) set -- -w "$@" ;;
		*) set -- -w "$wait" "$@" ;;
		esac
	fi
	"$tool" -t "$table" "$@" </dev/null
}

# told NAME WORD...: what iptables says, and NAME_code: 0 for yes, 1 or 2 for no. More is trouble, and ends the script.
told() {
	into=$1
	shift
	said=$(tables "$@" 2>&1)
	code=$?
	if [ "$code" -gt 2 ]; then
		printf '%s\n' "$said" >&2
		exit "$code"
	fi
	fact "$into" "$said"
	fact "${into}_code" "$code"
}
