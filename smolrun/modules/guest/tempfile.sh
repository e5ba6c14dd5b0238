# Makes an empty file or a folder that only this user can enter, under a name that nobody else has. After state.sh and
# attributes.sh.
#
# Set before it: folder (where, or empty: where temporary files are kept here); name; directory (yes: a folder).

: "${folder=}" "${name=}" "${directory=}"

umask 077
set -C # what is there already, a link too, is an error

make_in() {
	made=${1%/}/$name
	if [ "$directory" = yes ]; then
		mkdir "$made"
	else
		true >"$made"
	fi
}

if [ -n "$folder" ]; then
	make_absolute "$folder"
	make_in "$absolute" || refuse write "$absolute"
else
	made=
	for place in "${TMPDIR-}" "${TEMP-}" "${TMP-}" /tmp /var/tmp /usr/tmp; do
		[ -d "$place" ] && [ -w "$place" ] && make_in "$place" && break
		made=
	done
	[ -n "$made" ] || refuse write
fi
state_of "$made" no
