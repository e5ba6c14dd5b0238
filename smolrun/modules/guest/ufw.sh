# What ufw has been told so far, and what it says to what it is told now. After system.sh.
#
# Its files are read: `ufw status` shows neither rules nor policies while the firewall is off.

# settings WHEN: policies, the level of the log, and the rules in the form that ufw keeps them in.
settings() {
	file "$1_defaults" /etc/default/ufw
	file "$1_boot" /etc/ufw/ufw.conf
	for folder in /lib/ufw /etc/ufw /var/lib/ufw; do
		for name in user user6; do
			if [ -r "$folder/$name.rules" ]; then
				fact "$1_$name" "$(grep '^### tuple' "$folder/$name.rules")"
			fi
		done
	done
}

# firewall NAME WORD...: what ufw says to the words; where it refuses them, the script ends.
firewall() {
	into=$1
	shift
	if said=$(ufw "$@" 2>&1 </dev/null); then
		fact "$into" "$said"
		return
	fi
	printf 'ufw %s: %s\n' "$*" "$said" >&2
	exit 1
}
