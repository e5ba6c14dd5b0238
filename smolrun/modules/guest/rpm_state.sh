# Which of the packages that are asked for are there. After system.sh.
#
# Set before it: backends (the tools that may do it, in the order they are tried); root (another system's root, or empty).

: "${backends=}" "${root=}"

need rpm
for tool in $backends; do
	if has "$tool"; then
		fact tool "$tool"
		break
	fi
done

query() {
	rpm ${root:+--root "$root"} -q "$@" 2>/dev/null </dev/null
}

# tell_package WORD: whether it is there; of one with a version that is not, which version is.
tell_package() {
	fact word "$1"
	case $1 in
	@* | '*') return 0 ;; # only the package manager knows
	*://* | *.rpm)
		identity=$(rpm -qp --nosignature --qf '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}' "$1" 2>/dev/null </dev/null) || return 0
		! query "$identity" >/dev/null || fact installed yes
		return 0
		;;
	*[*?[]*)
		[ -z "$(query -a "$1")" ] || fact installed yes
		return 0
		;;
	esac
	if query "$1" >/dev/null || query --whatprovides "$1" >/dev/null; then
		fact installed yes
		return 0
	fi
	name=$1
	while [ "$name" != "${name%-*}" ]; do
		name=${name%-*}
		if version=$(query --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' "$name"); then
			fact name "$name"
			fact version "$version"
			return 0
		fi
	done
}
