"""A little repository of packages on a Debian guest: apt is quick with it, and its versions are known."""

REPOSITORY = r"""
set -e
rm -rf /etc/apt/sources.list.d/* /etc/apt/preferences.d/* /var/lib/apt/lists/*_* /var/cache/apt/*.bin
echo force-unsafe-io > /etc/dpkg/dpkg.cfg.d/quick
make() { # NAME VERSION DEPENDS
    d=$(mktemp -d); mkdir -p "$d/DEBIAN" "$d/etc"
    printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: t <t@example.com>\nDescription: t\n' \
        "$1" "$2" > "$d/DEBIAN/control"
    printf 'Depends: %s\nRecommends: sr-extra\n' "${3:-libc6}" >> "$d/DEBIAN/control"
    echo x > "$d/etc/$1.conf"; echo "/etc/$1.conf" > "$d/DEBIAN/conffiles"
    chmod 755 "$d"; dpkg-deb --build --root-owner-group "$d" "/srv/repo/$1_$2_all.deb" >/dev/null; rm -rf "$d"
}
mkdir -p /srv/repo
make sr-one 1.0; make sr-one 2.0; make sr-two 1.0 sr-dep; make sr-dep 1.0; make sr-extra 1.0
make sr-newer 1.0; make sr-newer 0.5
cd /srv/repo
for f in *.deb; do
    dpkg-deb -f "$f"; echo "Filename: ./$f"; echo "Size: $(wc -c < "$f")"
    echo "SHA256: $(sha256sum "$f" | cut -d' ' -f1)"; echo
done > Packages
echo 'deb [trusted=yes] file:/srv/repo ./' > /etc/apt/sources.list.d/sr.list
apt-get -qq update
"""
"""Makes it the guest's only one."""
