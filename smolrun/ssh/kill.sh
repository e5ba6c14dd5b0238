# shellcheck shell=sh disable=SC2086,SC2154 # words are split on purpose; set ahead by who sends this
#
# Ends every process of one command and looks again whether any is left.
#
# Set ahead: smolrun_sshd, this connection's server process (empty: none to go by); smolrun_self, the process of this
# script as the server started it; smolrun_task, what the command's processes carry as SMOLRUN_TASK (empty: nothing);
# smolrun_grace, tenths of a second between TERM and KILL.

# One line a process: number, state, parent, session (proc_pid_stat(5); the name in brackets may hold anything).
smolrun_look() {
    for smolrun_stat in /proc/[0-9]*/stat; do
        read -r smolrun_line <"$smolrun_stat" || continue
        smolrun_pid=${smolrun_stat#/proc/}
        set -- ${smolrun_line##*) }
        echo "${smolrun_pid%/stat} $1 $2 $4"
    done 2>/dev/null
}

smolrun_carriers() {
    [ -n "$smolrun_task" ] || return 0
    grep -lF "SMOLRUN_TASK=$smolrun_task" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ smolrun_pid _; do
        [ "$smolrun_pid" = $$ ] || echo "$smolrun_pid"
    done
}

# Adds to smolrun_found all that descends from it or belongs to a session begun by it. One command at a time runs on a
# connection, so what else the server process has started is the command.
smolrun_find() {
    smolrun_all=$(smolrun_look)
    for smolrun_pid in $(smolrun_carriers); do
        case $smolrun_found in *" $smolrun_pid "*) ;; *) smolrun_found="$smolrun_found$smolrun_pid " ;; esac
    done
    smolrun_before=
    while [ "$smolrun_before" != "$smolrun_found" ]; do
        smolrun_before=$smolrun_found
        set -- $smolrun_all
        while [ $# -ge 4 ]; do
            case $smolrun_found in
            *" $1 "*) ;;
            *" $3 "* | *" $4 "*) smolrun_found="$smolrun_found$1 " ;;
            *) [ "$3" = "${smolrun_sshd:-none}" ] && [ "$1" != "$smolrun_self" ] && smolrun_found="$smolrun_found$1 " ;;
            esac
            shift 4
        done
    done
    smolrun_left=
    set -- $smolrun_all
    while [ $# -ge 4 ]; do
        case $2 in
        Z | X) ;;
        *) case $smolrun_found in *" $1 "*) smolrun_left="$smolrun_left $1" ;; esac ;;
        esac
        shift 4
    done
}

smolrun_pause() { sleep 0.1 2>/dev/null || sleep 1; }

smolrun_found=" "
smolrun_find
if [ -z "$smolrun_all" ]; then
    echo "smolrun-blind"
    exit 0
fi
smolrun_round=0
while [ -n "$smolrun_left" ] && [ "$smolrun_round" -lt $((smolrun_grace + 15)) ]; do
    if [ "$smolrun_round" -eq 0 ]; then
        kill -TERM $smolrun_left 2>/dev/null
        kill -CONT $smolrun_left 2>/dev/null
    elif [ "$smolrun_round" -ge "$smolrun_grace" ]; then
        kill -KILL $smolrun_left 2>/dev/null
    fi
    smolrun_pause
    smolrun_find
    smolrun_round=$((smolrun_round + 1))
done
echo "smolrun-left:$smolrun_left"
