# Tells the capabilities of a file. After system.sh.
#
# Set before it: path.

: "${path=}"

need getcap setcap
if [ ! -f "$path" ] || [ -L "$path" ]; then
	fact problem file
else
	said=$(getcap -v "$path" 2>&1) || exit
	fact capabilities "${said#"$path"}"
fi
