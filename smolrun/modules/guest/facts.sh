# Tells about the guest: raw texts, each as `name=text` and a NUL; what they mean is worked out on the controller.
# Whatever tool or file is missing is left out. Nothing in here may stop the rest, or wait for long.
#
# Set before it: sections (words: min hardware network virtual mounts local python); fact_path; patience (seconds).

: "${sections=}" "${fact_path=}" "${patience=10}"

has() {
	command -v "$1" >/dev/null 2>&1
}

fact() {
	[ -z "$2" ] || printf '%s=%s\0' "$1" "$2"
}

# file NAME PATH: the file's text.
file() {
	[ -r "$2" ] && [ -f "$2" ] || return 0
	printf '%s=' "$1"
	tr '\0' '\1' 2>/dev/null <"$2"
	printf '\0'
}

# output NAME COMMAND...: what the command prints.
output() {
	output_name=$1
	shift
	! has "$1" || fact "$output_name" "$("$@" 2>/dev/null </dev/null)"
}

# patiently SECONDS NAME COMMAND...: the same for a command that may hang on a dead server.
patiently() {
	seconds=$1 patient_name=$2
	shift 2
	if has timeout; then
		! has "$1" || output "$patient_name" timeout "$seconds" "$@"
	else
		output "$patient_name" "$@"
	fi
}

wants() {
	case " $sections " in
	*" $1 "*) return 0 ;;
	*) return 1 ;;
	esac
}

about_system() {
	output system uname -s
	output nodename uname -n
	output kernel uname -r
	output kernel_version uname -v
	output machine uname -m
	output bits getconf LONG_BIT
	patiently 3 fqdn hostname -f # a name server that is away costs no more than this
	for release in /etc/os-release /usr/lib/os-release; do
		[ -r "$release" ] || continue
		fact os_release_path "$release"
		file os_release "$release"
		break
	done
	file debian_version /etc/debian_version
	file redhat_release /etc/redhat-release
	file alpine_release /etc/alpine-release
	file lsb_release /etc/lsb-release
	if has lsb_release; then fact lsb_tool yes; fi
	file machine_id /etc/machine-id
	file cmdline /proc/cmdline
	file fips /proc/sys/crypto/fips_enabled
	file uptime /proc/uptime
	file loadavg /proc/loadavg
	file resolv_conf /etc/resolv.conf
	for key in /etc/ssh/ssh_host_*_key.pub; do file ssh_host_key "$key"; done
	if [ -d /sys/kernel/security/apparmor ]; then fact apparmor enabled; fi
	output date date '+%Y %m %d %H %M %S %s %Z %z %A %w %W'
}

about_user() {
	output user_id id -un
	output user_uid id -u
	output user_gid id -g
	output real_user_id id -ru
	output real_group_id id -rg
	if has getent; then
		output passwd getent passwd "$(id -u)"
	else
		while IFS=: read -r name password uid rest; do
			[ "$uid" = "$(id -u)" ] || continue
			fact passwd "$name:$password:$uid:$rest"
			break
		done </etc/passwd
	fi
	fact home "${HOME-}"
	file environment /proc/self/environ
}

about_services() {
	file init_name /proc/1/comm
	fact init_link "$(readlink /sbin/init 2>/dev/null)"
	for sign in /run/systemd/system /dev/.run/systemd /dev/.systemd /sbin/openrc /etc/init /etc/init.d /etc/dinit.d; do
		if [ -e "$sign" ]; then fact sign "$sign"; fi
	done
	for tool in initctl apk apt-get dnf5 dnf microdnf yum zypper pacman opkg xbps-install emerge swupd; do
		if has "$tool"; then fact tool "$tool"; fi
	done
	if [ -e /run/ostree-booted ]; then fact sign /run/ostree-booted; fi
	file selinux_enforce /sys/fs/selinux/enforce
	file selinux_version /sys/fs/selinux/policyvers
	file selinux_config /etc/selinux/config
}

about_hardware() {
	file cpuinfo /proc/cpuinfo
	file meminfo /proc/meminfo
	output nproc nproc
	for id in bios_date bios_vendor bios_version board_name board_serial board_vendor board_version chassis_vendor \
		product_name product_serial product_uuid product_version sys_vendor; do
		file "dmi_$id" "/sys/class/dmi/id/$id"
	done
}

about_mounts() {
	file mounts /proc/mounts
	patiently "$patience" df df -kP
	patiently "$patience" df_inodes df -iP
	for link in /dev/disk/by-uuid/*; do
		if [ -L "$link" ]; then fact uuid "${link##*/} $(readlink -f "$link")"; fi
	done
}

about_network() {
	if has ip; then
		output ip_addresses ip -o addr show
		output ip_route4 ip -4 route show
		output ip_route6 ip -6 route show
	else
		output ifconfig ifconfig -a
		file route4 /proc/net/route
	fi
	for device in /sys/class/net/*; do
		[ -d "$device" ] || continue
		fact interface "${device##*/}"
		file address "$device/address"
		file mtu "$device/mtu"
		file flags "$device/flags"
		file kind "$device/type"
		if [ -d "$device/bridge" ]; then fact bridge yes; fi
		if [ -d "$device/bonding" ]; then fact bonding yes; fi
	done
}

about_virtual() {
	file hypervisor /sys/hypervisor/type
	file product /sys/class/dmi/id/product_name
	file vendor /sys/class/dmi/id/sys_vendor
	file bios /sys/class/dmi/id/bios_vendor
	file cgroup /proc/1/cgroup
	file init_environment /proc/1/environ
	file cpu_virtual /proc/cpuinfo
	for sign in /.dockerenv /.dockerinit /run/.containerenv /proc/vz /proc/bc /proc/xen /dev/kvm \
		/dev/vport0p1 /sys/bus/vmbus /sys/firmware/qemu_fw_cfg /run/host/container-manager; do
		if [ -e "$sign" ]; then fact virtual_sign "$sign"; fi
	done
}

about_local() {
	for local_fact in "$fact_path"/*.fact; do
		[ -r "$local_fact" ] || continue
		fact local_name "${local_fact##*/}"
		if [ -x "$local_fact" ]; then
			said=$("$local_fact" 2>/dev/null </dev/null) || fact local_status "$?"
			fact local_output "$said"
		else
			file local_text "$local_fact"
		fi
	done
}

if wants min; then
	about_system
	about_user
	about_services
fi
if wants hardware; then about_hardware; fi
if wants mounts; then about_mounts; fi
if wants network; then about_network; fi
if wants virtual; then about_virtual; fi
if wants local; then about_local; fi
if wants python; then
	found=
	for interpreter in python3 /usr/libexec/platform-python python; do
		has "$interpreter" || continue
		fact python_path "$(command -v "$interpreter")"
		fact python_version "$("$interpreter" -V 2>&1)"
		found=yes
		break
	done
	# What the package manager would install, where it need not read its whole index for that: its cache is new enough.
	cache=/var/cache/apt/pkgcache.bin
	if [ -n "$found" ]; then
		:
	elif has apt-cache && [ -s "$cache" ] &&
		[ -z "$(find /var/lib/dpkg/status /var/lib/apt/lists -prune -newer "$cache" 2>&1)" ]; then
		fact python_offered "$(LC_ALL=C apt-cache policy python3 2>/dev/null)"
	elif has apk; then
		fact python_offered "$(apk policy python3 2>/dev/null)"
	fi
fi
fact finished yes
