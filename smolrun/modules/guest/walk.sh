# Tells all that lies in the folder `root`, a folder before what is in it. After state.sh.

: "${root=}"

walk() {
	for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
		[ -e "$entry" ] || [ -L "$entry" ] || continue # a pattern that matches nothing stays as it is
		state_of "$entry" yes
		if [ -d "$entry" ] && [ ! -L "$entry" ]; then walk "$entry"; fi
	done
}

state_of_guest
walk "$root"
