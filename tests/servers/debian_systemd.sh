#!/bin/bash
# shellcheck disable=SC2016,SC2086 # what stands in quotes is for the shells inside; a pid may be empty
# A Debian 12 guest with systemd as its PID 1 and a real ssh.service, at native speed: namespaces, no VM, no systemd on this machine.
#   debian-systemd build DIR            about 30 s, once; needs root, mmdebstrap
#   debian-systemd run DIR PORT PUBKEY  boots a throw-away overlay of DIR, ssh (root, smol) on 127.0.0.1:PORT, in the foreground;
#                                       says "ready PORT SECONDS" once sshd answers; kill it (TERM) to stop; KILL leaves an empty folder or two
#   PYTHON=1 debian-systemd build DIR   the same with python3, for running a peer on a twin
#   debian-systemd enter PID COMMAND…   a command in the guest of the run with that pid, past ssh
# run needs pasta (package passt), a cgroup2 mount, tun, overlay. The guest has its own network (its ports collide with nobody's, its
# firewall is its own; out through pasta; only PORT leads in, as 127.0.0.1), hostname, IPC, cgroup subtree. /proc/sys outside net/ is a copy: what
# the guest writes there reads back and touches nothing. One kernel: no modules, no swapon, no clock, no other kernel version.
set -euo pipefail
case ${1-} in
build)
  DIR=$2; PKGS=openssh-server,sudo,iproute2,procps,ca-certificates,systemd-sysv,dbus,libpam-systemd${PYTHON:+,python3,python3-apt}
  mmdebstrap -q --variant=minbase --mode=root --include="$PKGS" --aptopt='Apt::Install-Recommends "false"' bookworm "$DIR"
  rm -f "$DIR/etc/apt/sources.list"; cp -a /etc/apt/. "$DIR/etc/apt/"; rm -f "$DIR"/etc/apt/apt.conf.d/{docker-*,99mmdebstrap}   # apt as Debian ships it: recommended packages too
  cp -a /etc/ssl/certs/. "$DIR/etc/ssl/certs/"
  [ ! -d /usr/local/share/ca-certificates ] || cp -aT /usr/local/share/ca-certificates "$DIR/usr/local/share/ca-certificates"
  rm -rf "$DIR"/var/lib/apt/lists/*_* "$DIR"/var/cache/apt/*.bin; chroot "$DIR" apt-get -qq update
  echo 'SSHD_OPTS="-o MaxSessions=50 -o MaxStartups=200 -o UseDNS=no"' > "$DIR/etc/default/ssh"   # not in sshd_config, which roles rewrite
  : > "$DIR/etc/fstab"; echo debian12 > "$DIR/etc/hostname"; printf '127.0.0.1 localhost\n127.0.1.1 debian12\n::1 localhost ip6-localhost\n' > "$DIR/etc/hosts"
  chroot "$DIR" useradd -m -s /bin/bash -p '*' smol; echo 'smol ALL=(ALL) NOPASSWD:ALL' > "$DIR/etc/sudoers.d/smol" ;;
run)
  [ -n "${OWN-}" ] || OWN=1 exec unshare --mount "$0" "$@"   # what it mounts goes when it goes
  DIR=$(realpath "$2") PORT=$3 PUB=$(realpath "$4"); W=$(mktemp -d); T0=$(date +%s.%N); guest='' net='' wait=''
  ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  CG=$(findmnt -fnro TARGET -t cgroup2) || { CG=$W/cg; mkdir "$CG"; mount -t cgroup2 cgroup2 "$CG"; }
  CG=$CG/debian-systemd-$$; mkdir "$CG"
  stop() { set +e; kill -KILL $guest $net $wait 2>/dev/null; wait 2>/dev/null
    for _ in $(seq 50); do find "$CG" -depth -type d -exec rmdir {} + 2>/dev/null; [ -d "$CG" ] || break; sleep .02; done
    umount -l "$W/net" 2>/dev/null; mountpoint -q "$W/cg" && umount -l "$W/cg"; rm -rf "$W"; }
  trap stop EXIT; trap 'exit 143' TERM INT HUP
  setpriv --pdeathsig KILL bash -euc 'echo $$ > "$0/cgroup.procs"; exec "$@"' "$CG" \
    unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child bash -euc '
    mount --make-rprivate /; mount -t tmpfs -o mode=755 guest "$0"; cd "$0"; mkdir over root
    # ext4 in memory, so that chattr and the like answer as on a disk (a plain tmpfs where there is no loop device)
    truncate -s 16G disk; mkfs.ext4 -q -O ^has_journal -E lazy_itable_init=1,nodiscard -m 0 disk; mount -o loop disk over 2>/dev/null || true
    rm -rf over/lost+found; mkdir over/{up,work}; mount -t overlay overlay -o lowerdir="$1",upperdir=over/up,workdir=over/work root
    mount -t proc -o nosuid,nodev,noexec proc root/proc; mount -t sysfs -o ro,nosuid,nodev,noexec sysfs root/sys
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 root/sys/fs/cgroup
    mount -t tmpfs -o mode=755,nosuid dev root/dev; mkdir root/dev/{pts,shm,mqueue,net}
    mount -t devpts -o newinstance,gid=5,mode=620,ptmxmode=666 devpts root/dev/pts; mount -t tmpfs -o mode=1777 shm root/dev/shm
    for n in null,1,3 zero,1,5 full,1,7 random,1,8 urandom,1,9 tty,5,0 net/tun,10,200; do IFS=, read -r f a b <<<"$n"; mknod -m 666 root/dev/$f c $a $b; done
    ln -s pts/ptmx root/dev/ptmx; ln -s /proc/self/fd root/dev/fd; for n in 0:stdin 1:stdout 2:stderr; do ln -s /proc/self/fd/${n%:*} root/dev/${n#*:}; done
    for t in run tmp; do mount -t tmpfs -o mode=$([ $t = run ] && echo 755 || echo 1777) $t root/$t; done
    # /proc/sys: a copy, but for what the namespaces own
    mkdir sys; mount -t tmpfs -o mode=555 sysctl sys; mkdir sys/{net,kernel} sys/kernel/random
    ( cd /proc/sys; tar --exclude=./net --exclude=./kernel/random --exclude=./fs/binfmt_misc --ignore-failed-read -cf - . 2>/dev/null | tar -xf - -C "$OLDPWD/sys" 2>/dev/null ) || true
    ( cd /proc/sys; find abi crypto debug dev fs kernel user vm -type f -perm /444 ! -path "kernel/random/*" ! -path "fs/binfmt_misc/*" 2>/dev/null | while read -r f; do cat $f > "$OLDPWD/sys/$f" 2>/dev/null; done ) || true
    mount --bind root/proc/sys/net sys/net; mount --bind root/proc/sys/kernel/random sys/kernel/random
    for f in hostname domainname; do : > sys/kernel/$f; mount --bind root/proc/sys/kernel/$f sys/kernel/$f; done
    cat /proc/sys/kernel/random/uuid > boot_id; mount --bind boot_id sys/kernel/random/boot_id
    mount --move sys root/proc/sys; [ ! -e root/proc/sysrq-trigger ] || mount --bind root/dev/null root/proc/sysrq-trigger
    tr -d - < /proc/sys/kernel/random/uuid > root/etc/machine-id; cat /etc/resolv.conf > root/etc/resolv.conf; hostname debian12
    for h in root home/smol; do mkdir -p root/$h/.ssh; cat "$2" > root/$h/.ssh/authorized_keys; chmod 700 root/$h/.ssh; done
    chroot root chown -R smol:smol /home/smol; cd root; pivot_root . mnt; umount -l /mnt
    exec env -i container=namespace PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=linux \
      setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-syslog,-wake_alarm,-block_suspend,-mac_admin,-mac_override \
      /lib/systemd/systemd --log-target=${LOG:-journal} --show-status=no </dev/null
  ' "$W" "$DIR" "$PUB" & guest=$!
  until [ "$(readlink /proc/$guest/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do kill -0 $guest; sleep .01; done
  : > "$W/net"; mount --bind "/proc/$guest/ns/net" "$W/net"   # pasta drops the right to follow /proc/PID/ns
  setpriv --pdeathsig KILL pasta --foreground --quiet --runas 0 --ipv4-only --config-net --no-map-gw -t "127.0.0.1/$PORT:22" -u none -T none -U none --netns "$W/net" & net=$!
  ( for _ in $(seq 600); do
      if read -r -t 1 banner 2>/dev/null <"/dev/tcp/127.0.0.1/$PORT" && [[ $banner = SSH-* ]]; then echo "ready $PORT $(date +%s.%N | awk -v a="$T0" '{printf "%.2f", $1-a}')"; exit; fi; sleep .05
    done 2>/dev/null; echo "no sshd on $PORT" >&2 ) & wait=$!
  wait $guest ;;
enter) exec nsenter --target "$(pgrep -P "$(pgrep -P "$2" unshare | head -1)" | head -1)" --all --root --wd "${@:3}" ;;
*) sed -n '2,12p' "$0"; exit 64 ;;
esac
