# Brings the package index up to date where that is due, and tells what dpkg knows of packages. After system.sh.
#
# Set before it: update (yes: where the index is older than `valid` seconds); valid; names (patterns of dpkg-query, one
# a line); whole (yes: tell of all packages, unless dpkg's files are as when it told the stamp `known`); all_names (yes:
# also the names of all packages that there are, for patterns); policy (yes: also candidates); options (words for
# apt-get, one a line); clock (yes: tell what time it is).

: "${update=}" "${valid=0}" "${names=}" "${whole=}" "${known=}" "${all_names=}" "${policy=}" "${options=}" "${clock=}"

need apt-get dpkg-query

set -f
IFS='
'
dpkg_files=${DPKG_ADMINDIR:-${DPKG_ROOT-}/var/lib/dpkg}

# Sets `newest` to when the index was refreshed, and `stamp` to what is other whenever dpkg has changed anything: it
# replaces `status`, and what is not in there yet is in files in `updates`.
look_at_files() {
	newest=0 stamp=
	for line in $(stat -c '%Y %y %i %s %n' /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists \
		"$dpkg_files/status" "$dpkg_files/updates" 2>/dev/null); do
		case $line in
		*/status | */updates) stamp="$stamp$line;" ;;
		*) if [ "${line%% *}" -gt "$newest" ]; then newest=${line%% *}; fi ;;
		esac
	done
}

look_at_files
before=$newest
if [ "$clock" = yes ]; then fact now "$(date +%s)"; fi
fact before "$before"
if [ "$update" = yes ] && [ "$(($(date +%s) - before))" -ge "$valid" ]; then
	# shellcheck disable=SC2086 # one option a line
	said=$(apt-get -q -o APT::Update::Error-Mode=any $options update 2>&1 </dev/null)
	code=$?
	fact update_code "$code"
	fact update_said "$said"
	[ "$code" = 0 ] || exit 0
	look_at_files
	fact after "$newest"
	touch /var/lib/apt/lists 2>/dev/null || : # apt leaves the time as it was where the mirrors had nothing new
	look_at_files
	fact touched "$newest"
fi
if [ -n "$names" ]; then
	if [ "$whole" = yes ]; then queried=; else queried=$names; fi
	fact stamp "$stamp"
	# shellcheck disable=SC2086 # one name a line
	[ "$whole$stamp" = "yes$known" ] || fact installed "$(dpkg-query -W -f '${Package}\t${Architecture}\t${db:Status-Status}\t${Version}\n' -- $queried 2>/dev/null)"
	if [ "$all_names" = yes ]; then fact all_names "$(apt-cache pkgnames)"; fi
	if [ "$policy" = yes ]; then
		# shellcheck disable=SC2086
		fact policy "$(apt-cache $options policy -- $names 2>/dev/null)"
	fi
fi
fact finished yes
