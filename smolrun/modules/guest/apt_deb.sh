# Looks at a package file of the guest, or gets it first, and installs it where it is due. For apt_change.sh.
#
# Set before it: deb (a path, or a URL); check (yes: only tell); downgrade (yes: also an older one); command (words of
# apt-get, one a line).

: "${deb=}" "${check=}" "${downgrade=}" "${command=}" "${own_file=}"

need dpkg-deb dpkg-query apt-get

work() {
	package=$deb
	case $deb in
	http://* | https://* | ftp://*)
		own_file=$(mktemp -d) || return
		package=$own_file/${deb##*/}
		case $package in *.deb) ;; *) package=$own_file/package.deb ;; esac
		chmod 755 "$own_file" # apt reads it as a user of its own
		/usr/lib/apt/apt-helper download-file "$deb" "$package" >&2 </dev/null || return
		;;
	/*) ;;
	*) package=$PWD/$deb ;;
	esac
	# shellcheck disable=SC2016 # dpkg-deb's own variables
	if ! fields=$(dpkg-deb -W --showformat='${Package}\t${Version}\t${Architecture}' "$package"); then
		fact problem unreadable
		return 0
	fi
	fact deb "$fields"
	name=${fields%%	*} rest=${fields#*	}
	version=${rest%%	*} architecture=${rest#*	}
	[ "$architecture" = all ] || name=$name:$architecture
	now=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null)
	case $now in
	"installed $version") return 0 ;;
	installed\ *)
		if dpkg --compare-versions "${now#* }" gt "$version"; then
			fact newer "${now#* }"
			[ "$downgrade" = yes ] || return 0
		fi
		;;
	esac
	fact due yes
	set -f
	IFS='
'
	# shellcheck disable=SC2086 # one word a line
	said=$($command "$package" </dev/null)
	code=$?
	fact output "$said"
	fact code "$code"
}
