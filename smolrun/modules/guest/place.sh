# Tells what stands where a file is to go. After state.sh.
#
# Set before it: dest; name (the file's, for a `dest` that is a folder, or empty); follow (yes: links are followed);
# hash (yes: tell the hash of what is there).

: "${dest=}" "${name=}" "${follow=}" "${hash=}"

state_of_guest
case $dest in
*/) place=$dest$name ;;
*) if [ -n "$name" ] && [ -d "$dest" ]; then place=$dest/$name; else place=$dest; fi ;;
esac
if [ "$follow" = yes ] && [ -L "$place" ] && follow_link "$place"; then place=$real; fi
state_of "$place" "$hash"

if [ -n "${source=}" ]; then
	if [ -L "$source" ] && follow_link "$source"; then source=$real; fi
	state_of "$source" "$hash"
	if [ "$hash" = yes ] && [ -f "$source" ]; then
		for other in sha1 md5; do # which Ansible registers
			if command -v "${other}sum" >/dev/null 2>&1; then
				found=$("${other}sum" <"$source")
				fact "$other" "${found%% *}"
			fi
		done
	fi
fi
