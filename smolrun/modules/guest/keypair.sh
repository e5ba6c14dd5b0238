# A pair of keys of OpenSSH. After system.sh.
#
# Set before it: path (of the private key; the public one lies beside it).

: "${path=}"
need ssh-keygen

# tell: what there is.
tell() {
	fact path "$path"
	if [ ! -d "$(dirname -- "$path")" ]; then fact problem parent; fi
	if [ -d "$path" ]; then fact problem folder; fi
	if [ -f "$path" ]; then
		fact exists yes
		if listed=$(ssh-keygen -l -f "$path" 2>/dev/null </dev/null); then fact listed "$listed"; fi
		if public=$(ssh-keygen -y -P '' -f "$path" 2>/dev/null </dev/null); then
			fact derived "$public"
		else
			fact complaint "$(ssh-keygen -y -P '' -f "$path" 2>&1 >/dev/null </dev/null)"
		fi
		fact begin "$(head -n 1 -- "$path" | tr -d '\000')"
	fi
	file public "$path.pub"
}

# beside: a folder of our own in which files can be made and then moved to their place.
beside() {
	temporary=$(mktemp -d "$(dirname -- "$path")/.smolrun-XXXXXX") || exit
	trap 'rm -rf -- "$temporary"' EXIT
	umask 022
}

# put FILE PATH [MODE]: the file takes that place, with the owner and the permissions of what is there.
put() {
	if [ -f "$2" ]; then
		cp -p -- "$2" "$1.new" || exit
		if [ -n "${3-}" ]; then chmod "$3" "$1.new" || exit; fi
		cat -- "$1" >"$1.new" || exit
		mv -f -- "$1.new" "$1" || exit
	fi
	mv -f -- "$1" "$2" || exit
}

# generate WORD...: a new pair, made by ssh-keygen with these words.
generate() {
	beside
	ssh-keygen -q -N '' "$@" -f "$temporary/key" </dev/null || exit
	put "$temporary/key" "$path" go-rwx # ssh refuses a key that others can read
	put "$temporary/key.pub" "$path.pub"
}

# restore LINE: the public key is this line.
restore() {
	beside
	printf '%s\n' "$1" >"$temporary/key.pub" || exit
	put "$temporary/key.pub" "$path.pub"
}
