# shellcheck shell=sh disable=SC2016 # expanded by the login shell, not here
#
# Become the login shell of this user, its profile sourced, and evaluate what SMOLRUN_SCRIPT holds there.
# The profile's own standard input is empty: what was sent is for the command alone.
export SMOLRUN_TASK SMOLRUN_SCRIPT
SHELL=${SHELL:-/bin/sh}
smolrun_begin='exec <&3 3<&-; eval "$SMOLRUN_SCRIPT"'
case ${SHELL##*/} in
fish)
    # Not POSIX-like: it only supplies the environment.
    exec 3<&0 </dev/null
    exec "$SHELL" -l -c "exec /bin/sh -c '$smolrun_begin'"
    ;;
csh | tcsh)
    # Takes no -c beside -l, so its login files are sourced here; closes descriptors past 2.
    smolrun_begin='exec /bin/sh -c '\''eval "$SMOLRUN_SCRIPT"'\'
    for smolrun_file in "$HOME/.login" /etc/csh.login; do
        [ -r "$smolrun_file" ] && smolrun_begin="source $smolrun_file; $smolrun_begin"
    done
    exec "$SHELL" -c "$smolrun_begin"
    ;;
*)
    exec 3<&0 </dev/null
    exec "$SHELL" -l -c "$smolrun_begin"
    ;;
esac
