# Tells what an archive is made of, and what stands where it goes. After state.sh and attributes.sh.
#
# Set before it: dest (or empty: the only path with the suffix); suffix; tools (what packing needs).

: "${dest=}" "${suffix=}" "${tools=}"

find_tools() {
	for tool in $tools; do
		command -v "$tool" >/dev/null 2>&1 || refuse missing "$tool"
		case $tool in
		xz) printf x | xz -c >/dev/null 2>&1 || refuse missing 'xz' ;; # that of BusyBox only unpacks
		tar)
			case $(tar --version 2>/dev/null) in
			*GNU*) fact tar GNU ;;
			bsdtar*) fact tar bsd ;;
			*) fact tar other ;;
			esac
			;;
		esac
	done
}

there() {
	[ -e "$1" ] || [ -L "$1" ]
}

count=0
only=

# exclude GLOB PATH: a path that is left out; with GLOB=yes it may be a pattern that matches nothing.
exclude() {
	[ "$1" = no ] || there "$2" || return 0
	fact excluded "$2"
	count=$((count + 1))
	eval "excluded_$count=\$2"
}

is_excluded() {
	number=0
	while [ "$number" -lt "$count" ]; do
		number=$((number + 1))
		eval "[ \"\$excluded_$number\" = \"\$1\" ]" && return 0
	done
	return 1
}

# shellcheck disable=SC2016 # the words are for the shells that find starts
tell='printf "$0=%s\0" "$@"'
# shellcheck disable=SC2016
tell_links='for each; do
	what=link
	if [ -d "$each" ]; then what=folder_link; elif [ ! -e "$each" ]; then what=dangling; fi
	printf "$what=%s\0" "$each"
done'

# take GLOB PATH: a path that is packed, with all that is below it.
take() {
	[ "$1" = no ] || there "$2" || return 0
	fact expanded "$2"
	is_excluded "$2" && return 0
	[ -n "$only" ] || only=$2
	if [ -d "$2" ]; then
		fact target directory
		# What it says of folders that it cannot enter is on stderr, and told.
		find "${2%/}/" -type d -exec sh -c "$tell" directory {} + -o -type f -exec sh -c "$tell" file {} + \
			-o -type l -exec sh -c "$tell_links" sh {} + -o -type s -exec sh -c "$tell" socket {} + \
			-o -exec sh -c "$tell" other {} + || :
	elif [ -f "$2" ]; then
		fact target file
	elif [ -L "$2" ] && [ ! -e "$2" ]; then
		fact target dangling
	elif there "$2"; then
		fact target other
	else
		fact target missing
	fi
}

tell_dest() {
	[ -n "$dest" ] || dest=$only.$suffix
	fact dest "$dest"
	if [ -L "$dest" ] && follow_link "$dest"; then dest=$real; fi
	state_of "$dest" no
}

state_of_guest
find_tools
