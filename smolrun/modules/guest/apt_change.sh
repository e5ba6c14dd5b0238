# Runs apt-get (or what else is the last lines' work), services kept from starting where that is asked. After system.sh.
#
# Set before it: policy_rc_d (what /usr/sbin/policy-rc.d is to answer meanwhile, or empty). A function `work` does it.

: "${policy_rc_d=}"

DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical APT_LISTCHANGES_FRONTEND=none
export DEBIAN_FRONTEND DEBIAN_PRIORITY APT_LISTCHANGES_FRONTEND

answer=/usr/sbin/policy-rc.d
kept=/usr/sbin/.policy-rc.d.smolrun
own_file=
clean_up() {
	if [ -n "$policy_rc_d" ]; then
		rm -f "$answer"
		if [ -e "$kept" ]; then mv -f "$kept" "$answer"; fi
	fi
	if [ -n "$own_file" ]; then rm -rf "$own_file"; fi
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

if [ -n "$policy_rc_d" ]; then
	if [ -e "$answer" ] && [ ! -e "$kept" ]; then mv "$answer" "$kept" || exit; fi
	printf '#!/bin/sh\nexit %s\n' "$policy_rc_d" >"$answer" || exit
	chmod 755 "$answer"
fi
work
