# Stands before a command of the user's: is it to run at all, and from which folder?
#
# Set before it: chdir, creates, removes (empty: not asked for), own_words (marks what this script says by itself).
# Exit 0 with "OWN_WORDS WORD" as the whole output: the command was not run, WORD says why.

: "${chdir=}" "${creates=}" "${removes=}" "${own_words=}"

not_run() {
	printf '%s %s\n' "$own_words" "$1"
	exit 0
}

# Whether the name, or the pattern, matches anything, dangling links included.
matches() {
	[ ! -e "$1" ] && [ ! -L "$1" ] || return 0
	IFS=
	# shellcheck disable=SC2086 # a pattern is what the user may write here; with an empty IFS nothing is split
	set -- $1
	unset IFS
	[ -e "${1-}" ] || [ -L "${1-}" ]
}

if [ -n "$chdir" ]; then
	case $chdir in
	/*) ;;
	*) chdir=./$chdir ;; # neither an option, nor "-" for the folder before, nor looked up in CDPATH
	esac
	cd "$chdir" || not_run chdir
fi
if [ -n "$creates" ] && matches "$creates"; then not_run creates; fi
if [ -n "$removes" ] && ! matches "$removes"; then not_run removes; fi
