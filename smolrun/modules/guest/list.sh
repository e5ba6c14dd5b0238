# Tells all that lies in folders, by find(1). After state.sh.
#
# Set before it: deep (yes: in folders below, too); depth (how deep, or empty); follow (yes: into the folders that
# links lead to). Then `list_folder PATH` tells of one folder: `folder=PATH`, then `skipped=WHY`, or for some files at a
# time `names=COUNT`, that many names, and `stats=` with what stat(1) tells of each of them that is still there.

: "${deep=}" "${depth=}" "${follow=}"

# shellcheck disable=SC2016 # the words are for the shell that find starts
tell='printf "names=%s\0" "$#"; printf "%s\0" "$@"; printf "stats="; stat -c "$form" "$@" 2>/dev/null; printf "\0"'

# Times with fractions where stat knows them, since playbooks sort by them.
choose_form() {
	command -v stat >/dev/null 2>&1 || return 1
	case $(stat -c '%.9Y' / 2>/dev/null) in
	[0-9]*.[0-9]*) form='%f %h %u %g %s %.9X %.9Y %.9Z %i %d %U %G %n' ;;
	*) form='%f %h %u %g %s %X %Y %Z %i %d %U %G %n' ;;
	esac
	export form
}

# Prints all below the first argument; the others go on where find(1) is told what to do.
search() {
	if [ "$deep" != yes ]; then
		find "$1/." ! -name . -prune -exec sh -c "$tell" sh {} +
	elif [ "$follow" = yes ]; then
		find -L "$1/." ${depth:+-maxdepth "$depth"} ! -name . -exec sh -c "$tell" sh {} +
	else
		find "$1/." ${depth:+-maxdepth "$depth"} ! -name . -exec sh -c "$tell" sh {} +
	fi
}

list_folder() {
	make_absolute "$1"
	fact folder "$absolute"
	if [ ! -d "$absolute" ]; then
		fact skipped "'$1' is not a directory"
	elif [ ! -r "$absolute" ] || [ ! -x "$absolute" ]; then
		fact skipped "'$1' cannot be read"
	else
		search "$absolute" || : # what it says of folders that it cannot enter is on stderr
	fi
}

state_of_guest
fact now "$(date +%s)"
choose_form || fact missing stat
