# Tells what keys apt trusts, and which ones some text holds. After system.sh.
#
# Set before it: keyring (or empty); source (a path or URL, or empty); insecure (yes: any certificate will do). What
# comes over stdin is the text, where there is no source. Leaves its scratch folder's work to the caller's lines.

: "${keyring=}" "${source=}" "${data=}" "${insecure=}"

need apt-key gpg
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
chmod 700 "$scratch"

trusted_keys() {
	apt-key ${keyring:+--keyring "$keyring"} adv --no-tty --batch --with-colons --fingerprint --list-public-keys 2>/dev/null </dev/null
}

get_keys() {
	case $source in
	'') printf '%s\n' "$data" >"$scratch/key" ;;
	http://* | https://* | ftp://*)
		if [ "$insecure" = yes ]; then
			/usr/lib/apt/apt-helper -o Acquire::https::Verify-Peer=false download-file "$source" "$scratch/key" >&2 </dev/null
		else
			/usr/lib/apt/apt-helper download-file "$source" "$scratch/key" >&2 </dev/null
		fi
		;;
	*) cat "$source" >"$scratch/key" ;;
	esac
}

fact trusted "$(trusted_keys)"
if [ -n "$source$data" ]; then
	get_keys || {
		fact problem source
		exit 0
	}
	fact offered "$(gpg --homedir "$scratch" --batch --no-tty --with-colons --fingerprint --import-options show-only --import "$scratch/key" 2>/dev/null </dev/null)"
fi
