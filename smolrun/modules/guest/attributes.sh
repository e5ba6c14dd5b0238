# Gives a path its owner and its mode, in this order, since a new owner takes special bits away. After state.sh.

# refuse WORD [WHAT]: ends the script, saying which step went wrong; the tool's own words are on stderr.
refuse() {
	fact problem "$1"
	fact about "${2-}"
	exit 1
}

# set_attributes PATH OWNER GROUP MODE: empty ones stay as they are.
set_attributes() {
	if [ -n "$2" ] && [ -n "$3" ]; then
		chown -h -- "$2:$3" "$1" || refuse owner "$2:$3"
	elif [ -n "$2" ]; then
		chown -h -- "$2" "$1" || refuse owner "$2"
	elif [ -n "$3" ]; then
		chown -h -- ":$3" "$1" || refuse group "$3"
	fi
	if [ -n "$4" ]; then
		chmod -- "$4" "$1" || refuse mode "$4"
	fi
}

# make_folder PATH OWNER GROUP MODE: makes a folder and those above it that are missing, each with these attributes.
make_folder() {
	[ ! -d "$1" ] || return 0
	case $1 in
	?*/*) make_folder "${1%/*}" "$2" "$3" "$4" ;;
	esac
	mkdir -- "$1" || refuse folder "$1"
	set_attributes "$1" "$2" "$3" "$4"
}
