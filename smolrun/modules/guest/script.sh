# Runs a script of the controller that comes over stdin. After command.sh.
#
# It needs a file, since only a file has a first line that the kernel reads and a name to be started by. The file lies
# in a folder that only this user can enter, and both are gone afterwards, however the script ends: a kill at the
# deadline, which no trap can catch, removes the folder of the task that it ends. Where somebody else kills this shell,
# script_left.sh finds the folder by the token in it.
#
# Set before it: script_name; script_token; SMOLRUN_TASK, the mark of this task. A function `start FILE` runs it.

: "${script_name=}" "${script_token=}" "${SMOLRUN_TASK=}"

umask_before=$(umask)
umask 077
for place in "${TMPDIR:-/tmp}" /var/tmp "${HOME:-/}"; do
	private=$place/.smolrun-$SMOLRUN_TASK
	# no -p: a folder or a link that somebody has planted is an error, not a welcome
	mkdir "$private" 2>/dev/null && break
	private=
done
[ -n "$private" ] || not_run folder
trap 'rm -rf "$private"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

: >"$private/.$script_token" || not_run folder
cat >"$private/$script_name" || not_run arrive
chmod 700 "$private/$script_name"
umask "$umask_before"
start "$private/$script_name" </dev/null
