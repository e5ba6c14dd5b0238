import pytest

from smolrun.modules.probe_service import ProbeServiceArguments, _problems
from smolrun.modules.services.reading import Service
from tests.modules.guest import Guest, SystemGuest

RUNS = Service("web", "systemd", runs=True, enabled=False, status={"SubState": "running"})
FAILED = Service("web", "systemd", runs=False, enabled=True, status={"SubState": "failed"})


@pytest.mark.parametrize(
    ("service", "arguments", "problems"),
    [
        (RUNS, {}, []),
        (RUNS, {"enabled": True}, ["it does not start with the guest"]),
        (RUNS, {"state": "stopped"}, ["it is started"]),
        (RUNS, {"state": "absent"}, ["it is started"]),
        (FAILED, {"enabled": False}, ["it is stopped (failed)", "it starts with the guest"]),
    ],
)
def test_problems(service: Service, arguments: dict[str, object], problems: list[str]) -> None:
    state = "started" if service.runs else "stopped"
    assert _problems(ProbeServiceArguments(name="web", **arguments), service, state) == problems


def test_a_service_that_is_not_there(local: Guest) -> None:
    assert not local.do("probe_service", {"name": "no-such-service", "state": "absent"}).failed
    assert (
        local.fails("probe_service", {"name": "no-such-service"}) == "service no-such-service: there is no such service"
    )


@pytest.mark.slow
@pytest.mark.root
def test_services_of_a_guest_with_systemd(system: SystemGuest) -> None:
    assert system.do("probe_service", {"name": "ssh", "enabled": True}).values == {
        **system.do("probe_service", {"name": "ssh"}).values, "state": "started", "enabled": True,
    }  # fmt: skip
    assert "it is started" in system.fails("probe_service", {"name": "ssh", "state": "stopped"})
