# shellcheck shell=sh disable=SC2086,SC2154 # words are split on purpose; set ahead by who sends this
#
# Ends every process of one command and looks again whether any is left.
#
# Set ahead: smolrun_sshd, the server process (empty or none: not to go by); smolrun_shared, that it serves other connections
# too (empty: only this one); smolrun_link, the SSH_CONNECTION of this one; smolrun_self, the process of this script as
# the server started it; smolrun_task, what the command's processes carry as SMOLRUN_TASK (empty: nothing);
# smolrun_grace, tenths of a second between TERM and KILL.

# One line a process: number, state, parent, session, start (proc_pid_stat(5); the name in brackets may hold anything).
smolrun_look() {
    for smolrun_stat in /proc/[0-9]*/stat; do
        read -r smolrun_line <"$smolrun_stat" || continue
        smolrun_pid=${smolrun_stat#/proc/}
        set -- ${smolrun_line##*) }
        echo "${smolrun_pid%/stat} $1 $2 $4 ${20}"
    done 2>/dev/null
}

# The processes that have this in their environment, but for this script and SSH servers: one that a command has
# restarted, and so carries what the command did, is the way to this guest, for others too.
smolrun_carriers() {
    grep -lF "$1" /proc/[0-9]*/environ 2>/dev/null | while IFS=/ read -r _ _ smolrun_pid _; do
        [ "$smolrun_pid" = $$ ] && continue
        read -r smolrun_line <"/proc/$smolrun_pid/stat" || continue
        case ${smolrun_line#*\(} in sshd* | dropbear*) continue ;; esac
        case $1 in # a port may be the beginning of a longer one
        SSH_CONNECTION=*) tr '\0' '\n' <"/proc/$smolrun_pid/environ" | grep -qxF "$1" || continue ;;
        esac
        echo "$smolrun_pid"
    done 2>/dev/null
}

smolrun_add() {
    case $smolrun_found in *" $1 "*) ;; *) smolrun_found="$smolrun_found$1 " ;; esac
}

# Takes numbers out of smolrun_found that were given to other processes meanwhile.
smolrun_forget() {
    smolrun_known=$smolrun_starts
    smolrun_starts=" "
    set -- $smolrun_all
    while [ $# -ge 5 ]; do
        smolrun_starts="$smolrun_starts$1:$5 "
        case $smolrun_found in
        *" $1 "*)
            case $smolrun_known in
            *" $1:$5 "*) ;;
            *) smolrun_found="${smolrun_found%% "$1" *} ${smolrun_found#* "$1" }" ;;
            esac
            ;;
        esac
        shift 5
    done
}

# Whether this process (of that parent) is one that the server started for the command. One command at a time runs on a
# connection, so it is, unless it is this script or belongs to another connection.
smolrun_started() {
    [ "$2" = "$smolrun_sshd" ] && [ "$1" != "$smolrun_self" ] || return 1
    [ -z "$smolrun_shared" ] && return 0
    case $smolrun_ours in *" $1 "*) ;; *) return 1 ;; esac
}

# Daemons of a command that carries no SMOLRUN_TASK: they are of this connection, began after the command, and so did
# their parents, up to one that init has adopted. Where background processes of earlier commands live, a daemon may be
# theirs: then it is left alone, and told.
smolrun_daemons() {
    smolrun_first='' smolrun_older='' smolrun_younger='' smolrun_orphans=''
    set -- $smolrun_all
    while [ $# -ge 5 ]; do
        if smolrun_started "$1" "$3"; then
            smolrun_first=$1 smolrun_start=$5
            break
        fi
        shift 5
    done
    [ -n "$smolrun_first" ] || return 0
    set -- $smolrun_all
    while [ $# -ge 5 ]; do
        case $smolrun_ours in
        *" $1 "*)
            if [ "$4" = "$smolrun_self" ] || [ "$1" = "$smolrun_sshd" ]; then
                :
            elif [ "$5" -lt "$smolrun_start" ] || { [ "$5" -eq "$smolrun_start" ] && [ "$1" -lt "$smolrun_first" ]; }; then
                smolrun_older="$smolrun_older $1"
            else
                smolrun_younger="$smolrun_younger $1"
                [ "$3" = 1 ] && smolrun_orphans="$smolrun_orphans $1"
            fi
            ;;
        esac
        shift 5
    done
    if [ -z "$smolrun_older" ]; then # what descends from the orphans is found with them
        for smolrun_pid in $smolrun_orphans; do smolrun_add "$smolrun_pid"; done
    fi
}

# Adds to smolrun_found all that the server started, that descends from it or belongs to a session begun by it.
smolrun_find() {
    smolrun_all=$(smolrun_look)
    smolrun_forget
    smolrun_ours=" "
    if [ -n "$smolrun_link" ] && [ -n "$smolrun_shared$smolrun_raw" ]; then
        smolrun_ours=" $(smolrun_carriers "SSH_CONNECTION=$smolrun_link" | tr '\n' ' ') "
    fi
    if [ -n "$smolrun_task" ]; then
        for smolrun_pid in $(smolrun_carriers "SMOLRUN_TASK=$smolrun_task"); do smolrun_add "$smolrun_pid"; done
    elif [ -n "$smolrun_raw" ]; then
        smolrun_daemons
        smolrun_raw=
    fi
    smolrun_before=
    while [ "$smolrun_before" != "$smolrun_found" ]; do
        smolrun_before=$smolrun_found
        set -- $smolrun_all
        while [ $# -ge 5 ]; do
            case $smolrun_found in
            *" $1 "*) ;;
            *" $3 "* | *" $4 "*) smolrun_found="$smolrun_found$1 " ;;
            *) smolrun_started "$1" "$3" && smolrun_found="$smolrun_found$1 " ;;
            esac
            shift 5
        done
    done
    smolrun_left=
    set -- $smolrun_all
    while [ $# -ge 5 ]; do
        case $2 in
        Z | X) ;;
        *)
            case " 0 1 $$ $smolrun_self $smolrun_sshd " in
            *" $1 "*) ;;
            *) case $smolrun_found in *" $1 "*) smolrun_left="$smolrun_left $1" ;; esac ;;
            esac
            ;;
        esac
        shift 5
    done
}

# Waits longer each time, because looking is work for a busy guest; smolrun_waited counts tenths of a second.
smolrun_pause() {
    sleep "0.$smolrun_step" 2>/dev/null || { sleep 1 && smolrun_step=10; }
    smolrun_waited=$((smolrun_waited + smolrun_step))
    smolrun_step=$((smolrun_step < 4 ? smolrun_step + 1 : 4))
}

# Sends TERM, once, to each that is left: what a loop has started while it was looked for comes a look later.
smolrun_ask() {
    smolrun_new=
    for smolrun_pid in $smolrun_left; do
        case $smolrun_asked in
        *" $smolrun_pid "*) ;;
        *) smolrun_new="$smolrun_new $smolrun_pid" smolrun_asked="$smolrun_asked$smolrun_pid " ;;
        esac
    done
    [ -n "$smolrun_new" ] || return 0
    kill -TERM $smolrun_new 2>/dev/null
    kill -CONT $smolrun_new 2>/dev/null
}

# The connection may have ended before this script began: then its parent is init or another process that adopts
# orphans, and that one's children are the whole machine. So the parent has to be what it is taken for.
smolrun_check_parent() {
    [ "$smolrun_sshd" -gt 1 ] 2>/dev/null || return 1
    read -r smolrun_line <"/proc/$smolrun_self/stat" || return 1
    set -- ${smolrun_line##*) }
    [ "$2" = "$smolrun_sshd" ] || return 1
    read -r smolrun_line <"/proc/$smolrun_sshd/stat" || return 1
    if [ -n "$smolrun_shared" ]; then
        # What the server's own environment holds already tells nothing about a connection.
        grep -qF "SSH_CONNECTION=$smolrun_link" "/proc/$smolrun_sshd/environ" && smolrun_link=
        return 0
    fi
    smolrun_line=${smolrun_line#*\(}
    case ${smolrun_line%\)*} in sshd* | dropbear*) ;; *) return 1 ;; esac
}

smolrun_sshd=${smolrun_sshd:-none}
if [ "$smolrun_sshd" != none ] && ! smolrun_check_parent 2>/dev/null; then
    echo "smolrun-blind"
    exit 0
fi
smolrun_found=" " smolrun_starts=" "
smolrun_younger=
smolrun_raw=
[ -z "$smolrun_task" ] && smolrun_raw=1 # daemons are looked for once, while the command itself is still there
smolrun_find
if [ -z "$smolrun_all" ] || { [ -n "$smolrun_shared" ] && [ -z "$smolrun_task$smolrun_link" ]; }; then
    echo "smolrun-blind"
    exit 0
fi
smolrun_waited=0 smolrun_step=1 smolrun_killing=
smolrun_asked=' '
while [ -n "$smolrun_left" ] && [ "$smolrun_waited" -lt $((smolrun_grace + 10)) ]; do
    if [ "$smolrun_waited" -lt "$smolrun_grace" ]; then
        smolrun_ask
    else
        kill -KILL $smolrun_left 2>/dev/null
        [ -n "$smolrun_killing" ] || smolrun_step=1
        smolrun_killing=1
    fi
    smolrun_pause
    smolrun_find
done
# A daemon that nobody can attribute counts as left, if it lives.
for smolrun_pid in $smolrun_younger; do
    case $smolrun_found in
    *" $smolrun_pid "*) ;;
    *) [ -d "/proc/$smolrun_pid" ] && smolrun_left="$smolrun_left $smolrun_pid" ;;
    esac
done
# A command that was killed has not removed the private folder that it may have had; it is named after the mark.
if [ -n "$smolrun_task" ]; then
    for smolrun_place in "${TMPDIR:-/tmp}" /var/tmp "${HOME:-/}"; do
        rm -rf "$smolrun_place/.smolrun-$smolrun_task" 2>/dev/null
    done
fi
echo "smolrun-left:$smolrun_left"
