# shellcheck shell=sh
#
# The login shell and the home of the user that was become: sudo, su and doas each leave SHELL as they see fit.
smolrun_user=$(id -un)
smolrun_entry=$(getent passwd "$smolrun_user" 2>/dev/null || grep "^$smolrun_user:" /etc/passwd)
SHELL=${smolrun_entry##*:}
smolrun_entry=${smolrun_entry%:*}
HOME=${smolrun_entry##*:}
export SHELL HOME
cd "$HOME" 2>/dev/null || cd /
