# Tells the content of the file that place.sh has told of, as the last of all facts: it may hold NULs. After place.sh.
#
# Set before it: limit (bytes: the content of a larger file is not told).

: "${kind=}" "${absolute=}" "${limit=}"

if [ "$kind" = file ]; then
	length=$(wc -c <"$absolute") || exit 1
	if [ "$((length))" -le "$limit" ]; then
		printf 'content='
		cat "$absolute" || exit 1
	fi
fi
