# The steps for users that need more than one command. After system.sh.

# set_password NAME HASH: the hash never stands on a command line.
set_password() {
	need chpasswd
	printf '%s:%s\n' "$1" "$2" | chpasswd -e
}

# make_home NAME SKELETON MODE: for a user that has none.
make_home() {
	entry=$(account "$1") || return
	rest=${entry#*:*:*:*:*:}
	home=${rest%%:*}
	ids=$(id -u "$1"):$(id -g "$1")
	[ ! -d "$home" ] || return 0
	mkdir -p -- "$home" || return
	if [ -d "$2" ]; then cp -R "$2/." "$home/" || return; fi
	chown -R "$ids" "$home" || return
	chmod "$3" "$home"
}

# make_key NAME FILE TYPE BITS COMMENT, and `passphrase`: the user's own key pair; nothing where there is one.
make_key() {
	need ssh-keygen
	entry=$(account "$1") || return
	rest=${entry#*:*:*:*:*:}
	home=${rest%%:*}
	ids=$(id -u "$1"):$(id -g "$1")
	case $2 in
	/*) key=$2 ;;
	*) key=$home/$2 ;;
	esac
	if [ ! -e "$key" ]; then
		folder=${key%/*}
		if [ ! -d "$folder" ]; then
			mkdir -p -- "$folder" && chmod 700 "$folder" && chown "$ids" "$folder" || return
		fi
		set -- -q -t "$3" -C "$5" -f "$key" ${4:+-b "$4"}
		# Without a terminal it reads the passphrase from stdin, and asks for it twice.
		printf '%s\n%s\n' "${passphrase-}" "${passphrase-}" | ssh-keygen "$@" >&2 || return
		chown "$ids" "$key" "$key.pub" || return
	fi
	fact key_file "$key"
	fact key "$(cat "$key.pub")"
	fact fingerprint "$(ssh-keygen -lf "$key" </dev/null)"
}
