# Leaves a command on the guest that goes on by itself: a folder of its own for it, a watcher that has let go of the
# connection. Tells path=FOLDER.
#
# Set before it: jobs (the folder of all jobs); number; limit (seconds); mark (what its processes carry as
# SMOLRUN_TASK); size (bytes of its standard input, which comes over this one; empty: none); description (kept for who
# asks later); command, watcher, limiter (texts of sh); exports (for the login shell).

: "${jobs=}" "${number=}" "${limit=}" "${mark=}" "${size=}" "${description=}" "${command=}" "${watcher=}" "${limiter=}"

not_started() {
	[ -z "$job" ] || rm -rf "$job"
	printf '%s\n' "$1" >&2
	exit 1
}

umask_before=$(umask)
umask 077
case $jobs in
/*) ;;
*) jobs=$PWD/$jobs ;;
esac
job=
mkdir -p "$jobs" || exit 1
# no -p: what somebody has planted is an error, not a welcome
mkdir "$jobs/j$number.$$" || exit 1
job=$jobs/j$number.$$
{
	printf '%s' "$description" >"$job/description" && printf '%s\n' "$command" >"$job/command" &&
		printf '%s\n' "$watcher" >"$job/watch" && printf '%s\n' "$limiter" >"$job/limit"
} || not_started "the job cannot be written to $job"
if [ -n "$size" ]; then
	cat >"$job/stdin" || not_started "the input of the job cannot be written to $job"
	# a connection that ends in the middle of it looks like its end
	[ "$(wc -c <"$job/stdin")" -eq "$size" ] || not_started "the input of the job has not arrived"
fi
umask "$umask_before"

# Whatever ends this connection is not to find the job by it, nor by this task's mark.
unset SSH_CONNECTION SMOLRUN_TASK
[ -z "${exports-}" ] || {
	SMOLRUN_EXPORTS=$exports
	export SMOLRUN_EXPORTS
}
if command -v setsid >/dev/null 2>&1; then
	setsid /bin/sh "$job/watch" "$job" "$limit" "$mark" </dev/null >/dev/null 2>&1 &
else
	(
		trap '' HUP
		exec /bin/sh "$job/watch" "$job" "$limit" "$mark"
	) </dev/null >/dev/null 2>&1 &
fi
watcher=$! waited=0
until [ -s "$job/watcher" ]; do
	[ "$waited" -lt 100 ] && kill -0 "$watcher" 2>/dev/null || [ -s "$job/watcher" ] || not_started "the job has not started"
	sleep 0.05 2>/dev/null || sleep 1
	waited=$((waited + 1))
done
printf 'path=%s\0' "$job"
