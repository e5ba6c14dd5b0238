# Brings the package index up to date where that is due, and tells what dpkg knows of packages. After system.sh.
#
# Set before it: update (yes: where the index is older than `valid` seconds); valid; names (patterns of dpkg-query, one
# a line); all_names (yes: also the names of all packages that there are, for patterns); policy (yes: also candidates);
# options (words for apt-get, one a line).

: "${update=}" "${valid=0}" "${names=}" "${all_names=}" "${policy=}" "${options=}"

need apt-get dpkg-query

index_time() {
	newest=0
	for stamp in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
		if found=$(stat -c %Y "$stamp" 2>/dev/null) && [ "$found" -gt "$newest" ]; then newest=$found; fi
	done
	printf '%s' "$newest"
}

set -f
IFS='
'
before=$(index_time)
fact now "$(date +%s)"
fact before "$before"
if [ "$update" = yes ] && [ "$(($(date +%s) - before))" -ge "$valid" ]; then
	# shellcheck disable=SC2086 # one option a line
	said=$(apt-get -q -o APT::Update::Error-Mode=any $options update 2>&1 </dev/null)
	code=$?
	fact update_code "$code"
	fact update_said "$said"
	[ "$code" = 0 ] || exit 0
	fact after "$(index_time)"
	touch /var/lib/apt/lists 2>/dev/null || : # apt leaves the time as it was where the mirrors had nothing new
	fact touched "$(index_time)"
fi
if [ -n "$names" ]; then
	# shellcheck disable=SC2086 # one name a line
	fact installed "$(dpkg-query -W -f '${Package}\t${Architecture}\t${db:Status-Status}\t${Version}\n' -- $names 2>/dev/null)"
	if [ "$all_names" = yes ]; then fact all_names "$(apt-cache pkgnames)"; fi
	if [ "$policy" = yes ]; then
		# shellcheck disable=SC2086
		fact policy "$(apt-cache $options policy -- $names 2>/dev/null)"
	fi
fi
fact finished yes
