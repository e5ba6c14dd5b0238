# Downloads a file and puts it in its place, whole or not at all. After state.sh, attributes.sh, room.sh and wget.sh.
#
# Set before it: config (for curl: see curl(1), --config; over stdin, since secrets may be in it); url, waiting, insecure,
# wget (yes: GNU's or BusyBox's wget can do it too); target (absolute); folder (of the temporary file); token; hash_with
# and hash (what it has to be; or empty); owner, group, mode, keep, backup, unsafe (as in write.sh); check (yes: nothing
# is put in place).

: "${config=}" "${url=}" "${waiting=}" "${insecure=}" "${wget=}" "${target=}" "${folder=}" "${token=}" "${hash_with=}"
: "${hash=}" "${owner=}" "${group=}" "${mode=}" "${keep=}" "${backup=}" "${unsafe=}" "${check=}"

temporary=${folder%/}/.smolrun-$token
trap 'rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM

umask 077
set -C # the shell itself creates it, and never through a link that somebody has planted
true >"$temporary" || refuse write "$temporary"
set +C

refuse_download() {
	if is_full "$folder"; then refuse write; fi
	refuse download "${1-}"
}

if command -v curl >/dev/null 2>&1; then
	told=$(printf '%s' "$config" | curl -q -K - -D - -o "$temporary" -w 'smolrun:%{http_code} %{time_total} %{url_effective}')
	result=$?
	fact headers "${told%smolrun:*}"
	ended=${told##*smolrun:}
	fact ended "$ended"
	[ "$result" = 0 ] || refuse_download
	case $ended in
	304\ *) exit 0 ;; # there is nothing newer, and nothing came
	2* | 000*) ;;     # no status where it is not HTTP
	*) refuse status ;;
	esac
elif [ "$wget" != yes ]; then
	refuse missing curl
elif command -v wget >/dev/null 2>&1; then
	with_wget "$temporary" || refuse_download "wget ended with exit code $?"
else
	refuse missing 'curl nor wget'
fi

find_digest
length=$(wc -c <"$temporary")
fact size "$((length))"
if [ -n "$hash" ]; then
	if command -v "${hash_with}sum" >/dev/null 2>&1; then
		found=$("${hash_with}sum" <"$temporary")
	else
		found=$(openssl dgst "-$hash_with" -r <"$temporary") || refuse missing "${hash_with}sum"
	fi
	[ "${found%% *}" = "$hash" ] || refuse checksum "${found%% *}"
fi
arrived=$(digest_of "$temporary")
fact arrived "$arrived"
if command -v sha1sum >/dev/null 2>&1; then
	found=$(sha1sum <"$temporary")
	fact sha1 "${found%% *}"
fi
if [ -f "$target" ] && [ "$(digest_of "$target")" = "$arrived" ]; then
	fact same yes
	exit 0
fi
[ "$check" != yes ] || exit 0

if [ -n "$keep" ]; then chown "$keep" "$temporary" 2>/dev/null || :; fi
set_attributes "$temporary" "$owner" "$group" "$mode"
if [ -n "$backup" ]; then cp -p "$target" "$backup" || refuse backup "$backup"; fi
if ! mv -f "$temporary" "$target"; then
	[ "$unsafe" = yes ] || refuse replace
	cat "$temporary" >"$target" || refuse replace
fi
if [ -e /sys/fs/selinux/enforce ] && command -v restorecon >/dev/null 2>&1; then restorecon "$target" || :; fi
state_of "$target" no
