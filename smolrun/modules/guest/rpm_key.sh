# Tells what keys rpm trusts, and which ones a file or a URL holds; imports or forgets one. After system.sh.
#
# Set before it: source (a path or URL, or empty); insecure (yes: any certificate will do); import (yes: trust it);
# forget (names of packages to erase, or empty).

: "${source=}" "${insecure=}" "${import=}" "${forget=}"

need rpm
gpg=gpg
if ! has gpg && has gpg2; then gpg=gpg2; fi
need "$gpg"
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
chmod 700 "$scratch"

# keys_in FILE: what gpg says of the keys in it.
keys_in() {
	"$gpg" --homedir "$scratch" --batch --no-tty --with-colons --fingerprint --import-options show-only --import "$1" 2>/dev/null </dev/null
}

get_key() {
	case $source in
	file://*) cat <"${source#file://}" >"$scratch/key" ;;
	*://*)
		if has curl; then
			curl -q -f -s -S -L -m 120 ${insecure:+-k} -o "$scratch/key" -- "$source" >&2 </dev/null
		else
			need wget
			wget -q -T 60 ${insecure:+--no-check-certificate} -O "$scratch/key" -- "$source" >&2 </dev/null
		fi
		;;
	*) cat <"$source" >"$scratch/key" ;;
	esac
}

if [ -n "$forget" ]; then
	for each in $forget; do rpm --erase --allmatches "$each" >&2 </dev/null || exit; done
	exit
fi
if [ -n "$source" ]; then
	get_key || {
		fact problem source
		exit 0
	}
	if [ "$import" = yes ]; then
		rpm --import "$scratch/key" >&2 </dev/null
		exit
	fi
	fact offered "$(keys_in "$scratch/key")"
fi
for each in $(rpm -q gpg-pubkey 2>/dev/null </dev/null); do
	case $each in gpg-pubkey-*) ;; *) continue ;; esac
	rpm -q --qf '%{DESCRIPTION}' "$each" >"$scratch/trusted" 2>/dev/null </dev/null
	fact "package" "$each"
	fact "trusted" "$(keys_in "$scratch/trusted")"
done
