# Runs a package manager over rpm, and tells what is other afterwards. After system.sh.
#
# Set before it: root (another system's root, or empty). A function `work` runs the package manager.

: "${root=}"

packages() {
	rpm ${root:+--root "$root"} -qa --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\n' </dev/null | sort
}

before=$(packages)
work
code=$?
after=$(packages)
printf '\0'
fact before "$before"
fact after "$after"
exit "$code"
