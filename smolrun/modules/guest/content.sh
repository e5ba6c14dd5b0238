# Tells the content of the file that place.sh has told of, as the last of all facts: it may hold NULs. After place.sh.
#
# Set before it: limit (bytes: the content of a larger file is not told).

: "${kind=}" "${absolute=}" "${limit=}" "${found=}"

if [ "$kind" = file ]; then
	# shellcheck disable=SC2086 # words: what state_of has found
	set -- $found
	if [ $# -ge 4 ] && [ ! -L "$absolute" ]; then
		length=$4
	else
		length=$(wc -c <"$absolute") || exit 1
	fi
	if [ "$((length))" -le "$limit" ]; then
		printf 'content='
		cat "$absolute" || exit 1
	fi
fi
