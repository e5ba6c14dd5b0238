# shellcheck shell=sh
# Writes standard input to a file: under another name first, checked, then renamed, so that at every moment either the
# old or the new file stands at the destination, whole.
#
# Set ahead of it: destination, part (a random name), size, sha256, cksum, permissions (octal, or empty to keep those of
# a replaced file), reply (a word that starts the one line of the answer). digest.sh stands before it.
# shellcheck disable=SC2154
LC_ALL=C
export LC_ALL
inherited=$(umask)
umask 077
set -f
cd . 2>/dev/null || cd / # a working folder that was removed would fail every command below

answer() {
    echo "$reply $*"
    exit 0
}

give_up() {
    rm -f -- "$part" 2>/dev/null # where it could not be made, what says so has been written already
    answer "$@"
}

# "-rwxr-sr-x" as octal digits, in `octal`.
octal_of() {
    permission_left=${1#?}
    octal='' special=0 weight=4
    while [ "$weight" -gt 0 ]; do
        rest=${permission_left#???}
        three=${permission_left%"$rest"}
        permission_left=$rest
        digit=0
        case $three in r*) digit=$((digit + 4)) ;; esac
        case $three in ?w?) digit=$((digit + 2)) ;; esac
        case $three in ??[xst]) digit=$((digit + 1)) ;; esac
        case $three in ??[sStT]) special=$((special + weight)) ;; esac
        octal=$octal$digit
        weight=$((weight / 2))
    done
    octal=$special$octal
}

case $destination in
-*) destination=./$destination ;;
esac
if [ -d "$destination" ]; then
    answer directory
fi
case $destination in
*/) answer no-folder ;;
*/*) folder=${destination%/*}/ ;;
*) folder=./ ;;
esac
[ -d "$folder" ] || answer no-folder
if [ -e "$destination" ] && ! [ -f "$destination" ]; then
    answer special
fi

part=$folder$part
trap 'rm -f -- "$part"; exit 1' HUP INT TERM PIPE

owner='' kept=''
if [ -f "$destination" ] && ! [ -h "$destination" ]; then
    # shellcheck disable=SC2046
    set -- $(ls -ldn -- "$destination")
    owner=$3:$4
    octal_of "$1"
    if [ -z "$permissions" ]; then
        permissions=$octal kept=yes
    fi
fi
if [ -z "$permissions" ]; then
    permissions=$(printf '%o' "$((0666 & ~inherited))")
fi

# With noclobber the file is opened with O_EXCL: nobody's planted file or link is written to.
(
    set -C
    cat >"$part"
) || give_up write
[ "$(wc -c <"$part")" -eq "$size" ] || give_up size
case $(digest <"$part") in
"sha256 $sha256" | "cksum $cksum") ;;
*) give_up digest ;;
esac

if [ -n "$owner" ]; then
    # shellcheck disable=SC2046
    set -- $(ls -ldn -- "$part")
    if [ "$owner" != "$3:$4" ] && ! chown -- "$owner" "$part" 2>/dev/null; then
        chgrp -- "${owner#*:}" "$part" 2>/dev/null
        # Only root gives files away. With another owner than before, setuid and setgid would mean something else.
        [ -z "$kept" ] || permissions=0${permissions#?}
    fi
fi
chmod -- "$permissions" "$part" || give_up mode
if [ -d "$destination" ]; then
    give_up directory # made meanwhile; mv would move into it
fi
mv -f -- "$part" "$destination" || give_up rename
answer ok
