# Tells what stands at paths. Every fact is `name=value` and a NUL, since names may hold newlines.
# A shell that stops at full disks writes no here-document, so there is none in here.

fact() {
	printf '%s=%s\0' "$1" "$2"
}

# Sets `algorithm` and `digest_with` to the best way to hash a file that this guest has.
find_digest() {
	algorithm=sha256
	if command -v sha256sum >/dev/null 2>&1; then
		digest_with=sha256sum
	elif busybox sha256sum </dev/null >/dev/null 2>&1; then
		digest_with='busybox sha256sum'
	elif command -v openssl >/dev/null 2>&1; then
		digest_with='openssl dgst -sha256 -r'
	elif command -v shasum >/dev/null 2>&1; then
		digest_with='shasum -a 256'
	elif command -v sha1sum >/dev/null 2>&1; then
		algorithm=sha1 digest_with=sha1sum
	elif command -v md5sum >/dev/null 2>&1; then
		algorithm=md5 digest_with=md5sum
	else
		algorithm='' digest_with=''
	fi
}

# Prints the hash of a file in hexadecimal.
digest_of() {
	digest=$($digest_with <"$1") || return 1
	printf '%s' "${digest%% *}"
}

# Sets `absolute` to a path that begins with a slash.
make_absolute() {
	case $1 in
	/*) absolute=$1 ;;
	*) absolute=$PWD/$1 ;;
	esac
}

# Sets `real` to what a link leads to. BusyBox looks for what is not there from the working directory, so go to the link.
follow_link() {
	make_absolute "$1"
	real=$(cd -- "${absolute%/*}/" && readlink -f "$absolute" && printf x) || return 1
	real=${real%?x}
}

# Prints mode, owner and size. `stat` is no part of POSIX; `ls` is, and tells nearly as much.
permissions_of() {
	if found=$(stat -c '%a %u %g %s %h %Y %i %U %G' "$1" 2>/dev/null); then
		fact stat "$found"
	else
		fact ls "$(ls -ldn "$1")"
		fact ls_names "$(ls -ld "$1")"
	fi
}

kind_of() {
	if [ -f "$1" ]; then
		kind='file'
	elif [ -d "$1" ]; then
		kind=directory
	elif [ -e "$1" ]; then
		kind=other
	else
		kind=absent
	fi
}

# Prints all about one path. HASH=yes: also the hash of a file, links followed.
state_of() {
	make_absolute "$1"
	fact path "$absolute"
	kind_of "$absolute"
	if [ -L "$absolute" ]; then
		fact kind link
		fact leads_to "$kind"
		points_to=$(readlink "$absolute" && printf x) # a name may end with newlines
		fact target "${points_to%?x}"
		permissions_of "$absolute"
	else
		fact kind "$kind"
		[ "$kind" = absent ] || permissions_of "$absolute"
	fi
	if [ "$kind" = file ] && [ "$2" = yes ] && [ -n "$digest_with" ]; then
		printf 'digest=' # as the tool prints it, without two processes to take its word out
		$digest_with <"$absolute"
		printf '\0'
	fi
	parent=${absolute%/*}
	if [ -d "${parent:-/}" ]; then fact parent directory; fi
}

# Prints what is the same for all paths.
state_of_guest() {
	find_digest
	printf 'umask='
	umask
	printf '\0'
	fact algorithm "$algorithm"
}
