# Prints what is at a URL. After wget.sh.
#
# Set before it: config (for curl: see curl(1), --config; over stdin, since secrets may be in it); url, waiting, insecure,
# wget (yes: GNU's or BusyBox's wget can do it too).

: "${config=}" "${url=}" "${waiting=}" "${insecure=}" "${wget=}"

if command -v curl >/dev/null 2>&1; then
	printf '%s' "$config" | curl -q -K -
elif [ "$wget" = yes ] && command -v wget >/dev/null 2>&1; then
	with_wget -
else
	echo 'curl is not installed' >&2
	exit 1
fi
