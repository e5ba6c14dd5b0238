# Stands before what asks the system, or changes it. Every fact is `name=value` and a NUL.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # a login that is not root's often lacks them
LC_ALL=C                                   # what tools say is read by a program
export PATH LC_ALL

fact() {
	printf '%s=%s\0' "$1" "$2"
}

has() {
	command -v "$1" >/dev/null 2>&1
}

# need TOOL...: ends the script where one is not installed.
need() {
	for tool; do
		has "$tool" && continue
		fact missing "$tool"
		exit 127
	done
}

# file NAME PATH: the text of a file, if it is there.
file() {
	if [ -r "$2" ] && [ -f "$2" ]; then
		fact "$1" "$(cat "$2")"
	fi
}

# account USER: the user's line of passwd(5), wherever the system keeps users.
account() {
	if has getent; then
		getent passwd "$1"
	else
		account_in /etc/passwd "$1"
	fi
}

# account_in FILE NAME: the line that begins with this name.
account_in() {
	[ -r "$1" ] || return 1
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in
		"$2":*)
			printf '%s\n' "$line"
			return 0
			;;
		esac
	done <"$1"
	return 1
}
