# Tells all services. After system.sh.

if has systemctl && [ -d /run/systemd/system ]; then
	fact units "$(systemctl list-units --no-pager --no-legend --plain --type service --all </dev/null)"
	fact unit_files "$(systemctl list-unit-files --no-pager --no-legend --type service --all </dev/null)"
elif has rc-status; then
	fact openrc "$(rc-status -a -s -r 2>/dev/null; rc-status -C -a 2>/dev/null)"
fi
for script in /etc/init.d/*; do
	[ -x "$script" ] || continue
	[ -f "$script" ] || continue
	name=${script##*/}
	grep -q status "$script" 2>/dev/null || continue
	if has systemctl && [ -d /run/systemd/system ]; then
		state=unknown
	elif "$script" status >/dev/null 2>&1 </dev/null; then
		state=running
	else
		state=stopped
	fi
	fact sysv "$name $state"
done
