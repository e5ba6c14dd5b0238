# Stands before a module of a user's own. What it tells goes to standard output, each word `name=value` and a NUL;
# what its commands print goes to standard error.
#
# Set before it: check_mode; diff_mode; the arguments.

exec 3>&1 1>&2

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # a login that is not root's often lacks them
export PATH

_tell() {
	printf '%s=%s\0' "$1" "$2" >&3
}

# changed: the guest is, or in check mode would be, different from before.
changed() {
	_tell changed true
}

# change COMMAND...: runs what changes something; in check mode it only tells so.
change() {
	changed
	[ "$check_mode" = true ] || "$@"
}

# value NAME TEXT: a key of the registered result.
value() {
	_tell "value.$1" "$2"
}

# message TEXT: for people.
message() {
	_tell msg "$*"
}

# warn TEXT: for people; shown with the task's place.
warn() {
	_tell warning "$*"
}

# difference BEFORE AFTER: for --diff.
difference() {
	_tell before "$1"
	_tell after "$2"
}

# fail TEXT: ends the module.
fail() {
	_tell msg "$*"
	exit 1
}

# need TOOL...: ends the module where one is not installed. In a subshell, to leave the module's variables alone.
need() (
	for tool; do
		command -v "$tool" >/dev/null 2>&1 && continue
		_tell missing "$tool"
		exit 127
	done
)
