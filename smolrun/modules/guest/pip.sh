# Tells what Python packages an environment has, making a virtual one first where that is asked. After system.sh.
#
# Set before it: virtualenv (its folder, or empty); pip (the program, or empty); check, site_packages (yes or empty);
# maker (the command that makes one, or empty); python (the program it is made of, or empty); mask (or empty).

: "${virtualenv=}" "${pip=}" "${check=}" "${site_packages=}" "${maker=}" "${python=}" "${mask=}"

module=
if [ -n "$mask" ]; then umask "$mask"; fi
if [ -n "$virtualenv" ]; then
	pip=$virtualenv/bin/pip
	if [ ! -x "$virtualenv/bin/python" ] && [ ! -x "$pip" ]; then
		fact made yes
		[ "$check" != yes ] || exit 0
		if [ -z "$maker" ]; then
			if has virtualenv; then
				maker=virtualenv
			else
				need "${python:-python3}"
				maker="${python:-python3} -m venv"
			fi
		fi
		need "${maker%% *}"
		case $maker in
		*venv\ * | *' venv' | pyvenv*) python= ;; # the interpreter is the one that makes it
		esac
		# shellcheck disable=SC2086 # a command with its words
		$maker ${python:+-p "$python"} ${site_packages:+--system-site-packages} "$virtualenv" >&2 </dev/null || exit
	fi
	if [ ! -x "$pip" ]; then pip=$virtualenv/bin/python module=yes; fi
elif [ -z "$pip" ]; then
	if has pip3; then
		pip=pip3
	elif has pip; then
		pip=pip
	elif has python3 && python3 -m pip --version >/dev/null 2>&1 </dev/null; then
		pip=python3 module=yes
	else
		need pip3
	fi
else
	need "$pip"
fi

run_pip() {
	if [ -n "$module" ]; then set -- -m pip "$@"; fi
	"$pip" "$@" --disable-pip-version-check 2>/dev/null </dev/null
}

fact pip "$pip"
fact module "$module"
fact freeze "$(run_pip list --format=freeze)"
fact version "$(run_pip --version)"
