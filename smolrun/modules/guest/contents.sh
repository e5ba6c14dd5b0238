# Tells the contents of files: `tell_content PATH` prints its size, a newline, and that many bytes; or `-` where it
# cannot be read. A file that grows meanwhile is told as far as it went.

tell_content() {
	if [ -f "$1" ] && length=$(wc -c <"$1" 2>/dev/null); then
		printf '%s\n' "$((length))"
		head -c "$((length))" <"$1"
	else
		printf '%s\n' -
	fi
}
