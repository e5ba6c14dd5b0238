# Tells all packages that are installed. After system.sh.
#
# Set before it: managers (words: apt rpm apk); every (yes: all of them; else the first that is there).

: "${managers=}" "${every=}"

list_packages() {
	case $1 in
	apt)
		has dpkg-query || return 1
		# shellcheck disable=SC2016 # dpkg-query's own variables
		fact apt "$(dpkg-query -W -f '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\t${Section}\n')"
		;;
	rpm)
		has rpm || return 1
		[ -d /var/lib/rpm ] || [ -d /usr/lib/sysimage/rpm ] || return 1 # BusyBox has an rpm everywhere
		fact rpm "$(rpm -qa --qf '%{NAME}\t%{VERSION}\t%{RELEASE}\t%{EPOCH}\t%{ARCH}\n')"
		;;
	apk)
		[ -r /lib/apk/db/installed ] || return 1
		fact apk "$(cat /lib/apk/db/installed)"
		;;
	*) return 1 ;;
	esac
}

for manager in $managers; do
	if list_packages "$manager"; then
		fact found "$manager"
		[ "$every" = yes ] || break
	fi
done
