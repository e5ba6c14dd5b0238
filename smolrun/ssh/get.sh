# shellcheck shell=sh
# Writes a file to standard output, after one line with its size and digest.
#
# Set ahead of it: source, limit (bytes, or empty), reply (a word that starts the line). digest.sh stands before it.
# shellcheck disable=SC2154
LC_ALL=C
export LC_ALL

answer() {
    echo "$reply $*"
}

case $source in
-*) source=./$source ;;
esac
if [ -d "$source" ]; then
    answer directory
elif ! [ -e "$source" ]; then
    answer missing
elif ! [ -f "$source" ]; then
    answer special
elif ! size=$(wc -c <"$source"); then
    answer unreadable
elif [ -n "$limit" ] && [ "$size" -gt "$limit" ]; then
    answer large "$((size))"
else
    answer ok "$((size))" "$(digest <"$source")" # the arithmetic drops the blanks that some wc put before a number
    cat -- "$source"
fi
