# Removes the folder of a script whose shell was killed before it could do so itself.
#
# Set before it: script_token, which lies in that folder.

: "${script_token=}"

for found in "${TMPDIR:-/tmp}/.smolrun-"*"/.$script_token" "/var/tmp/.smolrun-"*"/.$script_token" "${HOME:-/}/.smolrun-"*"/.$script_token"; do
	if [ -f "$found" ]; then rm -rf "${found%/*}"; fi
done
