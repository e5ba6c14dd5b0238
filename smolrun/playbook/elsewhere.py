"""Names of modules that exist in Ansible's world and not here, so that none is taken for a misspelt one of ours."""

ANSIBLE_BUILTIN = frozenset(
    """
    add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron deb822_repository
    debconf debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts get_url getent git group group_by
    hostname import_playbook import_role import_tasks include_role include_tasks include_vars iptables known_hosts
    lineinfile meta mount_facts package package_facts pause ping pip raw reboot replace rpm_key script service
    service_facts set_fact set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile
    template unarchive uri user validate_argument_spec wait_for wait_for_connection yum yum_repository
    """.split()  # noqa: SIM905 - one name a line is no easier to read
)
"""The modules of ``ansible.builtin`` in ansible-core 2.19."""

_COMMON_SHORT_NAMES = frozenset(
    """
    acl alternatives apache2_module archive at authorized_key capabilities composer cpanm docker_container
    docker_image docker_network docker_volume docker_login docker_compose ec2 ec2_group ec2_instance ec2_key ec2_tag
    filesystem firewalld flatpak gem git_config github_release haproxy helm homebrew htpasswd ini_file ios_config
    jenkins_plugin k8s kernel_blacklist ldap_entry locale_gen logrotate lvg lvol make mail modprobe mount mysql_db
    mysql_replication mysql_user mysql_variables nmcli npm opkg openssl_csr openssl_privatekey openssl_certificate
    pacman pam_limits parted patch pear pkgng postgresql_db postgresql_ext postgresql_privs postgresql_user
    proxysql_query rabbitmq_plugin rabbitmq_user rabbitmq_vhost redhat_subscription rhsm_repository route53
    s3_bucket seboolean sefcontext selinux selinux_permissive seport slack snap ssh_config sudoers synchronize sysctl
    sysrc telegram timezone ufw virt vmware_guest win_command win_copy win_feature win_file win_package win_ping
    win_reboot win_service win_shell win_template win_user x509_certificate xattr xml yarn zfs zypper
    zypper_repository apk supervisorctl
    """.split()  # noqa: SIM905 - one name a line is no easier to read
)
"""Short names of modules in other collections that real playbooks use."""

_ANSIBLE_ITSELF = ("", "ansible.builtin", "ansible.legacy")
"""Where Ansible keeps its own modules, and redirects the names of those that moved to other collections."""


def names_elsewhere() -> frozenset[str]:
    """The short names of modules that Ansible has, ours among them."""
    return ANSIBLE_BUILTIN | _COMMON_SHORT_NAMES


def is_module_elsewhere(name: str) -> bool:
    """Whether a module of that name exists in Ansible, or may exist in a collection that we cannot see."""
    collection, _, short = name.rpartition(".")
    if collection in _ANSIBLE_ITSELF:
        return short in names_elsewhere()
    return "." in collection
