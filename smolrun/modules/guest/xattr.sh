# Tells the extended attributes of a path. After system.sh.
#
# Set before it: path; tools; options (of getfattr) and what (further ones, that choose what is told), quoted for the shell.

: "${path=}" "${tools=}" "${options=}" "${what=}"

for each in $tools; do need "$each"; done
fact place "$path"
if [ ! -e "$path" ]; then
	fact problem nowhere
else
	said=$(eval "getfattr $options -d -m - -e hex -- \"\$path\"") || exit
	fact exact "$said"
	# It fails where there is no such attribute, which has been told.
	fact told "$(eval "getfattr $options $what -- \"\$path\"" 2>/dev/null)"
fi
