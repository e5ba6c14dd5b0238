"""What is said to ``dnf``, ``dnf5`` or ``yum``."""

from smolrun.modules.packages.dnf_arguments import RpmArguments

BACKENDS = {
    "auto": "dnf5 dnf yum microdnf",
    "dnf": "dnf dnf5",
    "dnf4": "dnf-3 dnf",
    "dnf5": "dnf5",
    "yum": "yum dnf",
    "yum4": "yum dnf",
}
"""The tools that may do it, by ``use_backend``, in the order they are tried."""


def command(arguments: RpmArguments, tool: str, *action: str, simulate: bool = False) -> list[str]:
    """The words of one run of the package manager."""
    words = [tool, "--assumeno" if simulate else "-y"]
    for option, values in (
        ("enablerepo", arguments.enablerepo),
        ("disablerepo", arguments.disablerepo),
        ("enableplugin", arguments.enable_plugin),
        ("disableplugin", arguments.disable_plugin),
        ("exclude", arguments.exclude),
    ):
        words += [f"--{option}={value}" for value in values]
    words += [f"--setopt={name}={value}" for name, value in _settings(arguments).items()]
    flags = {
        "--nogpgcheck": arguments.disable_gpg_check,
        "--allowerasing": arguments.allowerasing and action[0] != "remove",
        "--skip-broken": arguments.skip_broken and action[0] != "remove",
        "--downloadonly": arguments.download_only and action[0] != "remove",
        "--security": arguments.security and action[0] == "upgrade",
        "--bugfix": arguments.bugfix and action[0] == "upgrade",
        "-C": arguments.cacheonly,
        "--refresh": arguments.update_cache and tool != "yum" and action[0] != "makecache",
    }
    words += [flag for flag, there in flags.items() if there]
    if arguments.conf_file:
        words += ["-c", arguments.conf_file]
    if arguments.installroot != "/":
        words += [f"--installroot={arguments.installroot}"]
    if arguments.releasever:
        words += [f"--releasever={arguments.releasever}"]
    if arguments.download_dir and action[0] != "remove":
        words += [
            f"--destdir={arguments.download_dir}" if tool == "dnf5" else f"--downloaddir={arguments.download_dir}"
        ]
    return [*words, *action]


def _settings(arguments: RpmArguments) -> dict[str, str]:
    """What has no option that all of them know."""
    best = arguments.best if arguments.nobest is None else not arguments.nobest
    settings = {
        "best": None if best is None else str(int(best)),
        "install_weak_deps": None if arguments.install_weak_deps else "0",
        "sslverify": None if arguments.sslverify and arguments.validate_certs else "0",
        "disable_excludes": arguments.disable_excludes,
        "clean_requirements_on_remove": str(int(arguments.autoremove)),
    }
    return {name: value for name, value in settings.items() if value is not None}
