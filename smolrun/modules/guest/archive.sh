# An archive that is on the guest, seen by the guest's own tools. After state.sh, attributes.sh and room.sh.
#
# Set before it: archive (a path); options (the user's, of tar or unzip); of_gnu (further ones for GNU tar); selection (of
# unzip: what stands after the archive). All but the first are quoted for the shell.

: "${archive=}" "${options=}" "${of_gnu=}" "${selection=}"

need() {
	command -v "$1" >/dev/null 2>&1 || refuse missing "$1"
}

# Sets `unpack` to what makes a tar of it: an archive says by its first bytes what it is.
find_kind() {
	[ -f "$archive" ] || refuse archive "$archive"
	[ -s "$archive" ] || refuse empty "$archive"
	case $archive in
	/*) ;;
	*) archive=$PWD/$archive ;;
	esac
	first=$(od -A n -t x1 -N 6 "$archive" | tr -d ' \n')
	kind=tar
	case $first in
	504b0304* | 504b0506*) kind=zip ;;
	1f8b*) unpack=gzip ;;
	425a68*) unpack=bzip2 ;;
	fd377a585a00) unpack=xz ;;
	28b52ffd*) unpack=zstd ;;
	*) unpack='cat' ;;
	esac
	if [ "$kind" = zip ]; then
		need unzip
		unzip -Z -h "$archive" >/dev/null 2>&1 || refuse missing 'unzip -Z (Info-ZIP)'
	else
		need tar
		need "$unpack"
		[ "$unpack" = cat ] || unpack="$unpack -dc"
		if tar --version 2>/dev/null | grep -q GNU; then tar=GNU; else tar=other; fi
	fi
}

# with_tar OPTION...: runs tar on it. The names of GNU's lists are those that the user's options make of them.
with_tar() {
	if [ "$tar" = GNU ]; then
		eval "$unpack <\"\$archive\" | TZ=UTC0 tar \"\$@\" --show-transformed-names $options $of_gnu"
	else
		eval "$unpack <\"\$archive\" | TZ=UTC0 tar \"\$@\" $options"
	fi
}

# with_unzip OPTION...: the words that have to stand after the name of the archive are in `selection`.
with_unzip() {
	eval "LC_ALL=C.UTF-8 unzip \"\$@\" $options \"\$archive\" $selection"
}

tell_archive() {
	find_kind
	fact kind "$kind"
	fact unpack "${unpack-}"
	fact tar "${tar-}"
	if [ "$kind" = zip ]; then
		fact names "$(options='' with_unzip -Z1)"
		fact long "$(options='' with_unzip -Z -T -s)"
	elif [ "$tar" = GNU ]; then
		with_tar -Ptf - --quoting-style=escape >/dev/null || refuse unreadable "$archive"
		fact names "$(with_tar -Ptf - --quoting-style=escape)"
		fact long "$(with_tar -Ptvf - --quoting-style=escape --full-time)"
	else
		options=''
		said=$(with_tar -tf - 2>&1 >/dev/null) || refuse unreadable "$archive"
		case $said in
		*'removing leading'*) refuse unsafe "$archive" ;;
		esac
		fact names "$(with_tar -tf -)"
		fact long "$(with_tar -tvf -)"
	fi
}

# content_of NAME...: as a zip holds it, where a link's content is where it points.
content_of() {
	for name; do
		if [ -L "$name" ]; then printf '%s' "$(readlink "$name")"; else cat "$name"; fi
	done
}

# tell_contents NAME...: one hash over all the files of the archive that are wanted, one over the same on the guest.
tell_contents() {
	for name; do
		[ -f "$name" ] || return 0
	done
	if [ "$kind" = zip ]; then
		packed=$(with_unzip -p | $digest_with)
		unpacked=$(content_of "$@" | $digest_with)
	else
		packed=$(with_tar -xOf - | $digest_with)
		unpacked=$(cat "$@" | $digest_with)
	fi
	fact packed "${packed%% *}"
	fact unpacked "${unpacked%% *}"
}

refuse_unpack() {
	is_full "$1" || :
	refuse unpack "$archive"
}

# unpack_archive DESTINATION OPTION...: all that is wanted.
unpack_archive() {
	destination=$1
	shift
	if [ "$kind" = zip ]; then
		selection="$selection -d \"\$destination\""
		with_unzip -oq "$@" || refuse_unpack "$destination"
	else
		with_tar -xf - -C "$destination" "$@" || refuse_unpack "$destination"
	fi
}

# tell_packed_link PATTERN: where a link of a zip points.
tell_packed_link() {
	selection=$1
	options=''
	fact points_to "$(with_unzip -p)"
}

# unpack_stdin DESTINATION OPTION...: a compressed tar, by any tar.
unpack_stdin() {
	destination=$1
	shift
	gzip -dc | tar -xf - -C "$destination" "$@" || refuse_unpack "$destination"
}
