# Waits for the end of a job's time, and ends the job. What ends whole process trees (kill.sh)
# stands after it.
#
# Arguments: the job's folder; its limit in seconds; the mark that its processes carry; its first process.

job=$1
sleep "$2"
[ -e "$job/end" ] && exit
: >"$job/late"
# shellcheck disable=SC2034 # for kill.sh
smolrun_task=$3 smolrun_grace=10 smolrun_sshd=none smolrun_shared='' smolrun_link='' smolrun_self=$$ command=$4
