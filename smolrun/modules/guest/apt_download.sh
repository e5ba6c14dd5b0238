# Gets a key of apt's from a URL, with what apt itself brings along. After system.sh.
#
# Set before it: url; folder and name (the key goes there, with the ending that its kind needs); check (yes: only tell).

: "${url=}" "${folder=}" "${name=}" "${check=}"

helper=/usr/lib/apt/apt-helper
[ -x "$helper" ] || need apt-helper
scratch=$(mktemp -d) || exit
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
chmod 755 "$scratch"
if ! said=$("$helper" download-file "$url" "$scratch/key" 2>&1 </dev/null); then
	fact said "$said"
	exit 0
fi
case $(head -c 40 "$scratch/key") in
*'-----BEGIN PGP'*) key=$folder/$name.asc ;;
*) key=$folder/$name.gpg ;;
esac
fact key "$key"
cmp -s "$scratch/key" "$key" && exit 0
fact changed yes
[ "$check" != yes ] || exit 0
if [ ! -d "$folder" ]; then mkdir -p -- "$folder" && chmod 755 "$folder" || exit; fi
cat "$scratch/key" >"$folder/.$name.smolrun" && chmod 644 "$folder/.$name.smolrun" && mv -f "$folder/.$name.smolrun" "$key"
