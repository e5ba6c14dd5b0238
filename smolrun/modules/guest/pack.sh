# Packs what is named on stdin. After state.sh and attributes.sh.
#
# Set before it: form (tar, zip, or file: one file that is compressed alone); root (what the names are below); tar (GNU,
# bsd, other); empty (yes: there is nothing to be packed); source (the one file); compress and expand (commands).

: "${form=}" "${root=}" "${tar=}" "${empty=}" "${source=}" "${compress=}" "${expand=}"

pack_words() {
	tar -c -f - --no-recursion -C "$root" -- "$@"
}

# The uncompressed stream of a tar, or of the one file. The same files give the same stream.
pack() {
	if [ "$form" = file ]; then
		cat "$source"
	elif [ "$empty" = yes ]; then
		dd if=/dev/zero bs=10240 count=1 2>/dev/null
	elif [ "$tar" = other ]; then
		eval "pack_words $(cat)"
	else
		tar -C "$root" --no-recursion --null -T - -cf -
	fi
}

# pack_zip FILE: needs a name that nothing has.
pack_zip() {
	if [ "$empty" = yes ]; then
		printf 'PK\005\006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$1"
	else
		(cd "$root" && LC_ALL=C.UTF-8 zip -qX -@ "$1" >&2)
	fi
}

# Ends the script where packing failed. Tars give 1 for a file that somebody wrote to meanwhile.
packed_well() {
	[ "$1" = 0 ] && return 0
	if [ "$1" = 1 ] && [ "$tar" = GNU ] && [ "$form" = tar ]; then
		fact meanwhile yes
	else
		refuse pack
	fi
}

# compare FILE SCRATCH: tells the hashes of what would be packed, and of what is in a file.
compare() {
	find_digest
	[ -n "$digest_with" ] || refuse missing sha256sum
	if [ "$form" = zip ]; then
		trap 'rm -rf "$2"' EXIT
		trap 'exit 1' HUP INT TERM
		(umask 077 && mkdir -- "$2") || refuse write "$2"
		pack_zip "$2/new.zip"
		packed_well "$?"
		fact new "$(digest_of "$2/new.zip")"
		fact old "$(digest_of "$1")"
	else
		# The status is told before the hash, since that waits for the end of the stream.
		old=$($expand <"$1" 2>/dev/null | $digest_with)
		# shellcheck disable=SC2046 # two words: the status and the hash
		set -- $({ { pack 3>&- && echo 0 >&3 || echo "$?" >&3; } | $digest_with; } 3>&1)
		packed_well "$1"
		fact new "$2"
		fact old "${old%% *}"
	fi
}

# list_old FILE: the names that are in it, as far as its tools can tell.
list_old() {
	if [ "$form" = zip ]; then
		fact names "$(unzip -Z1 "$1" 2>/dev/null)"
	else
		fact names "$($expand <"$1" 2>/dev/null | tar -tf - 2>/dev/null)"
	fi
}

# write_archive: target has it, whole or not at all.
#
# Set before it: target (absolute); temporary; owner, group, mode (final); keep (UID:GID of the file that is replaced, or
# empty); in_place (yes: the file itself is written to, since its folder is among what is packed); unsafe (yes: also
# where it cannot be replaced).
write_archive() {
	: "${target=}" "${temporary=}" "${owner=}" "${group=}" "${mode=}" "${keep=}" "${in_place=}" "${unsafe=}"
	trap 'rm -f "$temporary"' EXIT
	trap 'exit 1' HUP INT TERM
	if [ "$in_place" = yes ]; then
		: >>"$target" || refuse write "$target"
	fi
	before=$(umask)
	umask 077
	if [ "$form" = zip ]; then
		pack_zip "$temporary"
		packed_well "$?"
	else
		set -C # the shell itself creates it, and never through a link that somebody has planted
		: >"$temporary" || refuse write "$temporary"
		set +C
		status=$({ { pack 3>&- && printf 0 >&3 || printf '%s' "$?" >&3; } | $compress >>"$temporary" || printf c >&3; } 3>&1)
		packed_well "$status"
	fi
	umask "$before"
	put_in_place
}

put_in_place() {
	if [ -n "$keep" ]; then
		chown "$keep" "$temporary" 2>/dev/null || : # only root may give files away; others own what they write
	fi
	if [ "$in_place" = yes ]; then
		cat "$temporary" >"$target" || refuse write "$target"
		set_attributes "$target" "$owner" "$group" "$mode"
		return
	fi
	set_attributes "$temporary" "$owner" "$group" "$mode"
	if ! mv -f "$temporary" "$target"; then
		[ "$unsafe" = yes ] || refuse replace
		cat "$temporary" >"$target" || refuse replace
	fi
	if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null 2>&1; then restorecon "$target" || :; fi
}
