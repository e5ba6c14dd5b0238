"""Bounded memory: two hundred megabytes of output, on both streams, cost less than 64 MiB of ours."""

import subprocess
import sys
import textwrap

import pytest

from tests.servers.endpoint import Endpoint
from tests.servers.fixtures import AsUser

MIB = 1024 * 1024


def test_past_the_limit_the_first_and_the_last_half_are_kept(openssh_as: AsUser) -> None:
    client = openssh_as("dash").client(output_limit=1000)
    result = client.run("seq 100000; echo small >&2", shell="raw")
    whole = "".join(f"{number}\n" for number in range(1, 100001))
    assert result.truncated
    assert result.stdout.startswith(whole[:500])
    assert result.stdout.endswith(whole[-500:])
    assert f"{len(whole) - 1000} bytes left out" in result.stdout
    assert result.stderr == "small\n"
    assert not client.run("seq 10", shell="raw").truncated
    assert not client.run("seq 1000", shell="raw", output_limit=10_000).truncated


@pytest.mark.parametrize("limit", [-1, 0, 1])
def test_a_limit_that_leaves_nothing_is_refused(openssh: Endpoint, limit: int) -> None:
    with pytest.raises(ValueError, match="output_limit must be at least 2 bytes"):
        openssh.client().run("seq 100", output_limit=limit)


def test_two_hundred_megabytes_over_both_streams_stay_under_64_mib(openssh_as: AsUser) -> None:
    guest = openssh_as("dash")
    program = textwrap.dedent(f"""
        import resource
        from smolrun import SSHClient
        client = SSHClient("{guest.host}", "{guest.user}", {guest.port}, "{guest.key_path}", host_key="insecure")
        client.run("true", shell="raw")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        result = client.run(
            "head -c 100000000 /dev/zero & head -c 100000000 /dev/zero >&2; wait", timeout=100, shell="raw"
        )
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert result.ok and result.truncated, result.exit_code
        print(len(result.stdout_bytes), len(result.stderr_bytes), after - before)
        client.close()
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    stdout, stderr, grown = map(int, done.stdout.split())
    unit = 1024 if sys.platform == "linux" else 1
    assert all(16 * MIB <= size < 17 * MIB for size in (stdout, stderr))
    assert grown * unit < 64 * MIB
