# Tells the attributes of chattr(1) and the SELinux context of paths: `tell_label PATH`. After state.sh and attributes.sh.
#
# Set before it: flags (yes: the attributes are asked for); context (yes: the context is); default (yes: the policy's too).

: "${flags=}" "${context=}" "${default=}"

if [ "$flags" = yes ]; then
	command -v chattr >/dev/null 2>&1 || refuse missing chattr
	command -v lsattr >/dev/null 2>&1 || refuse missing lsattr
fi
# Without SELinux nothing is asked, and nothing is to be done.
if [ ! -e /sys/fs/selinux/enforce ] && ! selinuxenabled 2>/dev/null; then context=; fi
if [ "$context" = yes ]; then
	command -v chcon >/dev/null 2>&1 || refuse missing chcon
	if [ "$default" = yes ]; then
		command -v matchpathcon >/dev/null 2>&1 || refuse missing matchpathcon
	fi
fi

tell_label() {
	fact label "$1"
	if [ ! -e "$1" ] && [ ! -L "$1" ]; then return 0; fi
	fact there yes
	if [ "$flags" = yes ]; then
		told=$(lsattr -d -- "$1") || refuse flags "$1"
		fact flags "${told%% *}"
	fi
	if [ "$context" = yes ]; then
		told=$(ls -Zd -- "$1") || refuse context "$1"
		fact context "${told%% *}"
		if [ "$default" = yes ]; then fact default "$(matchpathcon -n "$1")"; fi
	fi
}
