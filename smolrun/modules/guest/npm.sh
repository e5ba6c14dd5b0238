# Tells what packages of node.js a folder, or the system, has. After system.sh.
#
# Set before it: path (or empty); program (the first word); spec (NAME@RANGE to be looked for, or empty); newer (yes:
# whether there are newer ones; about one package with `about`). A function `run_npm WORD...` runs it with the user's options.

: "${path=}" "${program=}" "${spec=}" "${newer=}" "${about=}"

need "$program"
fact place "$path"
if [ -n "$path" ] && [ ! -e "$path" ]; then
	fact problem absent # nothing is installed in a folder that is not there
elif [ -n "$path" ] && ! cd -- "$path" 2>/dev/null; then
	fact problem folder
else
	# It fails where anything is missing, which is told in what it prints.
	fact list "$(run_npm list --json --depth=0 </dev/null)"
	if [ -n "$spec" ]; then fact found "$(run_npm list --json --depth=0 "$spec" 2>/dev/null </dev/null)"; fi
	if [ "$newer" = yes ]; then fact outdated "$(run_npm outdated --json ${about:+"$about"} </dev/null)"; fi
fi
