# Tells what the guest knows of a user and of groups. After system.sh.
#
# Set before it: name (a user, or empty); local (yes: only /etc/passwd and /etc/group count); key_file (of its SSH key,
# absolute or below its home, or empty).

: "${name=}" "${local=}" "${key_file=}"

if [ -n "$name" ]; then
	if [ "$local" = yes ]; then
		entry=$(account_in /etc/passwd "$name")
	else
		entry=$(account "$name")
	fi
	fact passwd "$entry"
	fact shadow "$(account_in /etc/shadow "$name")"
	rest=${entry#*:*:*:*:*:}
	home=${rest%%:*}
	if [ -n "$entry" ] && [ -d "$home" ]; then fact home_exists yes; fi
	case $key_file in
	'' | /*) ;;
	*) key_file=$home/$key_file ;;
	esac
	if [ -n "$entry" ] && [ -n "$key_file" ] && [ -e "$key_file" ]; then
		fact key "$(cat "$key_file.pub" 2>/dev/null)"
		fact fingerprint "$(ssh-keygen -lf "$key_file" 2>/dev/null </dev/null)"
	fi
	fact key_file "$key_file"
fi
if [ "$local" != yes ] && has getent; then
	fact groups "$(getent group)"
else
	file groups /etc/group
fi
for tool in useradd usermod adduser deluser addgroup delgroup groupadd; do
	if has "$tool"; then fact tool "$tool"; fi
done
