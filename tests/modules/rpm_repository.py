"""A repository of tiny RPM packages, made on a Debian guest, which has ``dnf`` and ``rpm`` as packages of its own."""

REPOSITORY = r"""
export DEBIAN_FRONTEND=noninteractive
if ! apt-get install -y -q --no-install-recommends dnf rpm createrepo-c >/tmp/apt.log 2>&1; then
	tail /tmp/apt.log >&2
	exit 3
fi
mkdir -p /srv/rpm /etc/yum.repos.d
make() {
	requires=
	if [ -n "${3-}" ]; then requires="Requires: $3"; fi
	printf '%s\n' "Name: $1" "Version: $2" 'Release: 1' 'Summary: x' 'License: x' 'BuildArch: noarch' "$requires" \
		'%description' 'x' '%install' 'mkdir -p %{buildroot}/opt' "echo $2 >%{buildroot}/opt/$1" '%files' "/opt/$1" \
		>"/tmp/$1.spec"
	rpmbuild -bb --quiet --define '_rpmdir /srv/rpm' "/tmp/$1.spec" >&2 || exit
}
make alpha 1.0
make alpha 2.0
make beta 1.0 alpha
make gamma-tools 1.5
createrepo_c -q /srv/rpm
printf '%s\n' '[local]' 'name=local' 'baseurl=file:///srv/rpm' 'gpgcheck=0' >/etc/yum.repos.d/local.repo
"""
