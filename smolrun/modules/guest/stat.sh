# Tells all about one path, links not followed unless asked. After state.sh.
#
# Set before it: path; follow (yes: what a link leads to); algorithm (of the hash, or empty); mime (yes: its type too).

: "${absolute=}" "${path=}" "${follow=}" "${algorithm=}" "${mime=}"

make_absolute "$path"
path=$absolute
fact given "$path"
if [ "$follow" = yes ] && [ -L "$path" ] && follow_link "$path"; then path=$real; fi
state_of "$path" no
if numbers=$(stat -c '%d %i %b %X %Y %Z %B %o %r' "$path" 2>/dev/null); then fact numbers "$numbers"; fi
if [ -L "$path" ] && follow_link "$path"; then fact source "$real"; fi
for right in r w x; do
	if test "-$right" "$path"; then fact "may_$right" yes; fi
done
for special in b c p S; do
	if test "-$special" "$path"; then fact special "$special"; fi
done
if [ -n "$algorithm" ] && [ -f "$path" ] && [ ! -L "$path" ]; then
	if command -v "${algorithm}sum" >/dev/null 2>&1; then
		found=$("${algorithm}sum" <"$path") && fact checksum "${found%% *}"
	elif command -v openssl >/dev/null 2>&1; then
		found=$(openssl dgst "-$algorithm" -r <"$path") && fact checksum "${found%% *}"
	else
		fact missing "${algorithm}sum"
	fi
fi
if [ "$mime" = yes ] && command -v file >/dev/null 2>&1; then
	fact mime "$(file --brief --mime-type "$path")"
	fact charset "$(file --brief --mime-encoding "$path")"
fi
