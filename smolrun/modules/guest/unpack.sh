# What stands where the members of an archive go. After state.sh and attributes.sh.
#
# Set before it: dest (a folder); creates (or empty: not asked for).

: "${dest=}" "${creates=}"

if [ -n "$creates" ] && { [ -e "$creates" ] || [ -L "$creates" ]; }; then refuse creates "$creates"; fi
[ -d "$dest" ] || refuse destination "$dest"
cd -- "$dest" || refuse destination "$dest"
state_of_guest
fact user "$(id -u) $(id -g)"
fact zone "$(date +%z)"
if [ -r /etc/passwd ]; then fact users "$(cut -d: -f1 /etc/passwd)"; fi
if [ -r /etc/group ]; then fact groups "$(cut -d: -f1 /etc/group)"; fi
command -v stat >/dev/null 2>&1 || refuse missing stat
real=$(pwd -P && printf x)
state_of "${real%?x}" no

# tell_stats NAME...: what stat(1) tells of each that is there.
tell_stats() {
	told=$(
		stat -c '%f %h %u %g %s %X %Y %Z %i %d %U %G %n' "$@" 2>/dev/null
		printf x
	)
	fact stats "${told%x}"
}

# tell_hashes NAME...: the hash of each that is a file.
tell_hashes() {
	for name; do
		if [ -f "$name" ] && [ ! -L "$name" ]; then set -- "$@" "$name"; fi
		shift
	done
	[ "$#" -gt 0 ] || return 0
	case $digest_with in
	*sum) told=$($digest_with "$@" 2>/dev/null) ;;
	*) told=$(for name; do printf '%s  %s\n' "$(digest_of "$name")" "$name"; done) ;;
	esac
	fact hashes "$told"
}

# tell_target NAME: where a link points.
tell_target() {
	if [ -L "$1" ]; then
		fact pointer "$1"
		points_to=$(readlink "$1" && printf x)
		fact points_to "${points_to%?x}"
	fi
}
