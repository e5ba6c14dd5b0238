# Tells the hashes of files: `tell_digest PATH` prints one in hexadecimal on a line of its own, or `-`.
#
# Set before it: algorithm. Ends with exit code 1 where the guest has no tool for it.

: "${algorithm=}"

if command -v "${algorithm}sum" >/dev/null 2>&1; then
	digest_with=${algorithm}sum
elif busybox "${algorithm}sum" </dev/null >/dev/null 2>&1; then
	digest_with="busybox ${algorithm}sum"
elif command -v openssl >/dev/null 2>&1; then
	digest_with="openssl dgst -$algorithm -r"
else
	exit 1
fi

tell_digest() {
	if digest=$($digest_with <"$1" 2>/dev/null); then
		printf '%s\n' "${digest%% *}"
	else
		printf '%s\n' -
	fi
}
