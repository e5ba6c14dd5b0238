# Tells the access control lists of a path. After system.sh.
#
# Set before it: path; tools; try (a command that tells what would change, or empty); get (one that tells the lists);
# only_folders (yes: it has to be one). Both are quoted for the shell, and lack the path.

: "${path=}" "${tools=}" "${try=}" "${get=}" "${only_folders=}"

for each in $tools; do need "$each"; done
fact place "$path"
if [ ! -e "$path" ]; then
	fact problem nowhere
elif [ "$only_folders" = yes ] && [ ! -d "$path" ]; then
	fact problem folder
else
	if [ -n "$try" ]; then
		said=$(eval "$try -- \"\$path\"") || exit
		fact tried "$said"
	fi
	said=$(eval "$get -- \"\$path\"") || exit
	fact acl "$said"
fi
