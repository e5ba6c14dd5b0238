# Downloads with GNU's or BusyBox's wget.
#
# Set before it: url, waiting (seconds of silence), insecure (not empty: any certificate will do).

: "${url=}" "${waiting=}" "${insecure=}"

# with_wget FILE: `-` is stdout.
with_wget() {
	wget -q ${insecure:+--no-check-certificate} -T "$waiting" -O "$1" "$url"
	code=$?
	[ "$code" = 139 ] || return "$code"
	# Debian's static BusyBox 1.35 crashes at -T, before it asks for anything.
	wget -q ${insecure:+--no-check-certificate} -O "$1" "$url"
}
