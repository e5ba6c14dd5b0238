# Tells what a service is and does, and who manages it. After system.sh.
#
# Set before it: name; scope (words for systemctl, one a line); use (auto, or a manager); pattern (of ps, or empty).

: "${name=}" "${scope=}" "${use=auto}" "${pattern=}"

if [ "$use" = auto ]; then
	if [ -d /run/systemd/system ] && has systemctl; then
		use=systemd
	elif has rc-service && has rc-update; then
		use=openrc
	elif has systemctl && [ ! -x "/etc/init.d/$name" ]; then
		use=systemd # not running: units can be enabled all the same
	else
		use=sysvinit
	fi
fi
fact manager "$use"
case $use in
systemd)
	need systemctl
	case $scope in
	*--user*) [ -n "${XDG_RUNTIME_DIR-}" ] || XDG_RUNTIME_DIR=/run/user/$(id -u) && export XDG_RUNTIME_DIR ;;
	esac
	[ -d /run/systemd/system ] || fact offline yes
	if [ "${reload-}" = yes ]; then systemctl ${scope:+"$scope"} daemon-reload >&2 </dev/null || exit; fi
	if [ -n "$name" ]; then
		fact show "$(systemctl ${scope:+"$scope"} show -- "$name" </dev/null)"
		fact is_enabled "$(systemctl ${scope:+"$scope"} is-enabled -- "$name" 2>&1 </dev/null)"
	fi
	;;
openrc)
	if [ -x "/etc/init.d/$name" ]; then fact found yes; fi
	rc-service "$name" status >/dev/null 2>&1 </dev/null
	fact status_code "$?"
	fact runlevels "$(rc-update show 2>/dev/null)"
	;;
*)
	if [ -x "/etc/init.d/$name" ]; then
		fact found yes
		said=$("/etc/init.d/$name" status 2>&1 </dev/null)
		fact status_code "$?"
		fact status_said "$said"
	fi
	for link in /etc/rc[2345].d/S[0-9][0-9]"$name" /etc/rc.d/S[0-9][0-9]"$name"; do
		if [ -e "$link" ]; then fact enabled yes; fi
	done
	;;
esac
if [ -n "$pattern" ]; then
	# shellcheck disable=SC2009 # BusyBox and small guests lack pgrep; its options differ
	case $(ps -e -o args 2>/dev/null || ps 2>/dev/null) in
	*"$pattern"*) fact matched yes ;;
	*) fact matched no ;;
	esac
fi
