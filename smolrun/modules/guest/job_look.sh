# How a job is doing. Tells path and state (missing, erased, running, lost, finished); of a finished one also end (its
# exit code, when it began and ended), late (its time was over), killed (what was said about its processes) and
# description, and after that, to the end, what it wrote, on the stream where it wrote it.
#
# Set before it: jobs (the folder of all jobs); jid; patience (tenths of a second to wait for its end); erase.

: "${jobs=}" "${jid=}" "${patience=0}" "${erase=}"

tell() {
	printf '%s=%s\0' "$1" "$2"
}

watched() {
	read -r pid start <"$job/watcher" || return 1
	[ -n "$start" ] || { kill -0 "$pid"; return; }
	read -r line <"/proc/$pid/stat" || return 1
	# shellcheck disable=SC2086 # words
	set -- ${line##*) }
	case $1 in Z | X) return 1 ;; esac # it has ended, and nobody has taken notice
	[ "${20}" = "$start" ]
}

case $jobs in
/*) ;;
*) jobs=$PWD/$jobs ;;
esac
job=$jobs/$jid
tell path "$job"
if [ ! -f "$job/description" ]; then
	tell state missing
	exit 0
fi
if [ -n "$erase" ]; then
	rm -rf "$job" || exit 1
	tell state erased
	exit 0
fi
waited=0 step=1
until [ -e "$job/end" ]; do
	if ! watched 2>/dev/null && [ ! -e "$job/end" ]; then
		tell state lost
		exit 0
	fi
	if [ "$waited" -ge "$patience" ]; then
		tell state running
		exit 0
	fi
	sleep "0.$step" 2>/dev/null || { sleep 1 && waited=$((waited + 10 - step)); }
	waited=$((waited + step))
	step=$((step < 9 ? step + 1 : 9)) # longer each time, because looking is work for a busy guest
done
tell end "$(cat "$job/end")"
[ -e "$job/late" ] && tell late yes
tell killed "$(cat "$job/killed" 2>/dev/null)"
tell description "$(cat "$job/description")"
tell state finished
cat "$job/stdout"
cat "$job/stderr" >&2
