# The watcher of a job, a process of its own: runs the command, ends it when its time is over, writes down its end.
#
# Arguments: the job's folder; its limit in seconds; the mark that its processes carry.

job=$1 limit=$2 mark=$3
setsid=
command -v setsid >/dev/null 2>&1 && setsid=setsid

# Seconds since the guest was started, with hundredths where there is a /proc.
now() {
	{ read -r uptime _ </proc/uptime && echo "$uptime"; } 2>/dev/null || date +%s
}

# Number and start of this process (proc_pid_stat(5)): a number alone may be another one's later.
start=
{ read -r line </proc/$$/stat; } 2>/dev/null && {
	# shellcheck disable=SC2086 # words
	set -- ${line##*) }
	start=${20}
}
began=$(now)
input=/dev/null
[ -e "$job/stdin" ] && input=$job/stdin
# Each in a session of its own, so that a number is enough to end all of it.
SMOLRUN_TASK=$mark $setsid /bin/sh "$job/command" <"$input" >"$job/stdout" 2>"$job/stderr" &
command=$!
SMOLRUN_EXPORTS=
$setsid /bin/sh "$job/limit" "$job" "$limit" "$mark" "$command" >"$job/killed" &
limiter=$!
echo "$$ $start" >"$job/watcher"
wait "$command"
code=$?
if [ -e "$job/late" ]; then
	wait "$limiter"
else
	kill -TERM "-$limiter" || kill "$limiter"
	wait "$limiter"
	kill -TERM "-$limiter" # what it has started since the first look
fi 2>/dev/null
echo "$code $began $(now)" >"$job/end.new" && mv "$job/end.new" "$job/end"
# A script that was killed has not removed its private folder, which is named after the mark.
for place in "${TMPDIR:-/tmp}" /var/tmp "${HOME:-/}"; do
	rm -rf "$place/.smolrun-$mark" 2>/dev/null
done
rm -f "$job/stdin" "$job/command" "$job/watch" "$job/limit"
