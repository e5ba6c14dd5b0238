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

# Prints all about one path, at one go: each piece would be a packet of its own. HASH=yes: also the hash of a file, links
# followed.
state_of() {
	make_absolute "$1"
	kind_of "$absolute"
	digest=
	if [ "$kind" = file ] && [ "$2" = yes ] && [ -n "$digest_with" ]; then digest=$($digest_with <"$absolute"); fi
	set -- "path=$absolute"
	if [ -L "$absolute" ]; then
		points_to=$(readlink "$absolute" && printf x) # a name may end with newlines
		set -- "$@" kind=link "leads_to=$kind" "target=${points_to%?x}"
	else
		set -- "$@" "kind=$kind"
	fi
	# `stat` is no part of POSIX; `ls` is, and tells nearly as much.
	if [ "$kind" = absent ] && [ ! -L "$absolute" ]; then
		:
	elif found=$(stat -c '%a %u %g %s %h %Y %i %U %G' "$absolute" 2>/dev/null); then
		set -- "$@" "stat=$found"
	else
		set -- "$@" "ls=$(ls -ldn "$absolute")" "ls_names=$(ls -ld "$absolute")"
	fi
	if [ -n "$digest" ]; then set -- "$@" "digest=$digest"; fi # all that the tool prints: here its word is taken out
	parent=${absolute%/*}
	if [ -d "${parent:-/}" ]; then set -- "$@" parent=directory; fi
	printf '%s\0' "$@"
}

# Prints what is the same for all paths.
state_of_guest() {
	find_digest
	printf 'algorithm=%s\0umask=' "$algorithm"
	umask
	printf '\0'
}
