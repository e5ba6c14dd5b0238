# Says why something could not be written, which curl, wget and tar leave out.

# is_full FOLDER: whether its disk is full; then it says so on stderr.
is_full() {
	probe=$1/.smolrun-probe-$$
	said=$(
		set -C
		LC_ALL=C dd if=/dev/zero bs=4096 count=2 2>&1 >"$probe"
	)
	rm -f "$probe"
	case $said in
	*'No space left'*) echo 'No space left on device' >&2 ;;
	*) return 1 ;;
	esac
}
