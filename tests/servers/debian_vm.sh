#!/bin/sh
# usage: debian_vm.sh ROOT KEY.pub DISK
# Makes DISK, a raw ext4 disk of 1.5 GiB, of the root folder of a Debian with systemd: as a virtual machine of QEMU's user
# network has it, with an SSH server that lets KEY in as root. Needs root, e2fsprogs.
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp -a "$1/." "$root"
mkdir -p "$root/root/.ssh"
cp "$2" "$root/root/.ssh/authorized_keys"
chmod 700 "$root/root/.ssh"
printf 'UsePAM no\nUseDNS no\n' >"$root/etc/ssh/sshd_config.d/test.conf"
echo 'nameserver 10.0.2.3' >"$root/etc/resolv.conf"
units=$root/etc/systemd/system
cat >"$units/network-of-qemu.service" <<'END'
[Unit]
DefaultDependencies=no
Before=ssh.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip link set lo up; ip link set eth0 up; ip addr add 10.0.2.15/24 dev eth0; ip route add default via 10.0.2.2'
[Install]
WantedBy=sysinit.target
END
chroot "$root" systemctl --quiet enable network-of-qemu.service
# What looks for devices, or is done once a day, only costs time under emulation.
for unit in systemd-udevd.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-udev-trigger.service \
    getty@.service serial-getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
    e2scrub_reap.service systemd-binfmt.service systemd-pstore.service modprobe@.service; do
    ln -sf /dev/null "$units/$unit"
done
truncate -s 1536M "$3.new"
/sbin/mke2fs -qFt ext4 -O ^has_journal,^metadata_csum -E lazy_itable_init=1 -d "$root" "$3.new"
mv "$3.new" "$3"
