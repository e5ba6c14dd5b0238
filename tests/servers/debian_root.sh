#!/bin/sh
# A Debian 12 without Python and without services: its own files, processes and host name, this machine's network.
#   debian_root.sh build FOLDER            15 s on a quiet machine; needs root, mmdebstrap
#   debian_root.sh run FOLDER PORT PUBKEY  sshd on 127.0.0.1:PORT (root) in a throw-away overlay, in the foreground
set -eu
case ${1-} in
    build)
        mmdebstrap --quiet --variant=minbase --mode=root --include=openssh-server,sudo \
            --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
            --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
            --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$2"
        # apt asks this one whether services may be started: there is nothing that would start them.
        printf '#!/bin/sh\nexit 101\n' >"$2/usr/sbin/policy-rc.d"
        chmod 755 "$2/usr/sbin/policy-rc.d"
        ;;
    run)
        # A tmpfs in name spaces of its own: all of it goes with the processes, however these end.
        # shellcheck disable=SC2016 # for the shell inside
        # unshare does not listen to SIGTERM; its end ends all that is inside.
        setpriv --pdeathsig KILL unshare --mount --pid --uts --ipc --fork --kill-child=KILL sh -euc '
            mount --make-rprivate /
            mount -t tmpfs -o mode=755 guest /mnt
            mkdir /mnt/upper /mnt/work /mnt/root
            mount -t overlay overlay -o "lowerdir=$1,upperdir=/mnt/upper,workdir=/mnt/work" /mnt/root
            cd /mnt/root
            mount -t proc proc proc
            mount --rbind /dev dev
            mount --rbind /sys sys
            mount -t tmpfs -o mode=755 run run
            mkdir -p run/sshd root/.ssh
            chmod 700 root/.ssh
            cat "$3" >root/.ssh/authorized_keys
            cat /etc/resolv.conf >etc/resolv.conf
            hostname debian12
            exec chroot . /usr/sbin/sshd -D -e -o ListenAddress=127.0.0.1 -o "Port=$2" -o UsePAM=no -o UseDNS=no \
                -o PermitRootLogin=prohibit-password -o MaxSessions=50 -o MaxStartups=200
        ' sh "$(realpath "$2")" "$3" "$(realpath "$4")" &
        trap 'kill -KILL $!; exit 143' TERM INT HUP
        wait $!
        ;;
    *)
        sed -n '2,4p' "$0"
        exit 64
        ;;
esac
