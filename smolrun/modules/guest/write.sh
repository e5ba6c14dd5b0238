# Puts what comes on stdin in the place of a file, whole or not at all. After state.sh and attributes.sh.
#
# Set before it: target (absolute); token (makes the temporary name unique); size and expected (what has to arrive);
# owner, group, mode (final); keep (UID:GID of the file that is replaced, or empty); before (the hash that the file must
# still have when it is replaced, `absent` where there must be none, or empty: whatever); backup (where its copy goes, or
# empty); unsafe (yes: write into the file itself where it cannot be replaced). A function `check_content FILE` runs
# the user's `validate`.

: "${target=}" "${token=}" "${size=}" "${expected=}" "${owner=}" "${group=}" "${mode=}" "${keep=}" "${before=}"
: "${backup=}" "${unsafe=}"

folder=${target%/*}
temporary=$folder/.smolrun-$token
trap 'rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

umask 077
set -C # the shell itself creates it, and never through a link that somebody has planted
cat >"$temporary" || refuse write "$temporary"
set +C

find_digest
arrived=$(wc -c <"$temporary")
if [ "$((arrived))" != "$size" ] || [ "$(digest_of "$temporary")" != "$expected" ]; then
	refuse arrived "$((arrived)) of $size"
fi

if ! said=$(check_content "$temporary" 2>&1); then
	fact said "$said"
	refuse validate
fi

selinux=
if [ -e /sys/fs/selinux/enforce ] && command -v chcon >/dev/null 2>&1; then selinux=yes; fi
if [ -n "$keep" ]; then
	chown "$keep" "$temporary" 2>/dev/null || : # only root may give files away; others own what they write
	if [ -n "$selinux" ]; then chcon --reference="$target" "$temporary" 2>/dev/null || :; fi
fi
set_attributes "$temporary" "$owner" "$group" "$mode"

if [ "$before" = absent ]; then
	if [ -e "$target" ] || [ -L "$target" ]; then refuse meanwhile; fi
elif [ -n "$before" ]; then
	[ "$(digest_of "$target")" = "$before" ] || refuse meanwhile
fi
if [ -n "$backup" ]; then
	cp -p "$target" "$backup" || refuse backup "$backup"
fi
if ! mv -f "$temporary" "$target"; then
	[ "$unsafe" = yes ] || refuse replace
	cat "$temporary" >"$target" || refuse replace
fi
if [ -n "$selinux" ] && [ -z "$keep" ] && command -v restorecon >/dev/null 2>&1; then restorecon "$target" || :; fi

state_of "$target" no
