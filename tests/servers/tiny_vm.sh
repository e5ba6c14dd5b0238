#!/bin/sh
# usage: tiny_vm.sh FOLDER KEY.pub
# Makes FOLDER/vmlinuz and FOLDER/initrd.gz: a Linux of nothing but BusyBox and Dropbear, which lets KEY in as root;
# and FOLDER/disk.gz, an initial RAM disk that hands over to the system on /dev/vda (ext4).
# Needs apt-get (for a kernel of Debian's), busybox-static, dropbear-bin, cpio.
set -eu
folder=$1 key=$(realpath "$2")
cd "$folder"

package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
apt-get download -qq "$package"
dpkg-deb -x "$package"_*.deb kernel
rm "$package"_*.deb
mv kernel/boot/vmlinuz-* vmlinuz
modules=$(echo kernel/lib/modules/*/kernel)

mkdir -p root/bin root/sbin root/m root/dev root/proc root/sys root/run root/tmp root/etc/dropbear root/root/.ssh \
    root/lib64 root/lib/x86_64-linux-gnu
cp /bin/busybox root/bin/busybox
for applet in $(busybox --list); do [ -e "root/bin/$applet" ] || ln -s busybox "root/bin/$applet"; done
loads=
for module in drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev \
    drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci net/core/failover drivers/net/net_failover \
    drivers/net/virtio_net; do
    cp "$modules/$module.ko" root/m
    loads="$loads ${module##*/}"
done
mkdir -p disk/bin disk/m disk/dev disk/proc disk/sys disk/mnt
cp "$modules/drivers/block/virtio_blk.ko" root/m/*.ko disk/m
rm -r kernel
cp /bin/busybox disk/bin/busybox
ln -s busybox disk/bin/sh
cat >disk/init <<END
#!/bin/sh
b=/bin/busybox
\$b mount -t devtmpfs dev /dev
\$b mount -t proc proc /proc
\$b mount -t sysfs sys /sys
for module in $loads virtio_blk; do \$b insmod /m/\$module.ko; done
while [ ! -b /dev/vda ]; do \$b usleep 10000; done
\$b mount -t ext4 -o noatime /dev/vda /mnt
\$b mount --move /dev /mnt/dev
\$b umount /proc /sys
exec \$b switch_root /mnt /sbin/init
END
chmod 755 disk/init
(cd disk && find . | cpio -oH newc -R 0:0 --quiet | gzip -1) >disk.gz
rm -r disk

cp /usr/sbin/dropbear root/sbin
cp /lib64/ld-linux-x86-64.so.2 root/lib64
for library in $(ldd /usr/sbin/dropbear | awk '/=>/ { print $3 }') /lib/x86_64-linux-gnu/libnss_files.so.2; do
    cp -L "$library" root/lib/x86_64-linux-gnu
done
dropbearkey -t ed25519 -f root/etc/dropbear/key >/dev/null 2>&1
echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
echo 'root:*:19000:0:99999:7:::' >root/etc/shadow
echo 'root:x:0:' >root/etc/group
echo /bin/sh >root/etc/shells
cp "$key" root/root/.ssh/authorized_keys
chmod 700 root/root root/root/.ssh
chmod 600 root/root/.ssh/authorized_keys root/etc/shadow

cat >root/init <<END
#!/bin/sh
export PATH=/bin:/sbin
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts pts /dev/pts
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in $loads; do insmod /m/\$module.ko; done
while [ ! -d /sys/class/net/eth0 ]; do usleep 10000; done
ip link set lo up
ip link set eth0 up
ip addr add 10.0.2.15/24 dev eth0
ip route add default via 10.0.2.2
hostname tiny
dropbear -s -r /etc/dropbear/key
while :; do sleep 3600; done
END
chmod 755 root/init
(cd root && find . | cpio -oH newc -R 0:0 --quiet | gzip -1) >initrd.gz
rm -r root
