"""What a run learns of a host stays data, and cannot steer the run."""

from smolrun.engine.variables.store import HostMemory, as_data
from smolrun.source.containers import LocatedDict, LocatedList
from smolrun.source.text import SourceText


def test_everything_that_is_learnt_becomes_plain_data() -> None:
    learnt = as_data(LocatedDict({SourceText("k"): LocatedList([SourceText("{{ x }}"), (1, None, 2.5, True)])}))
    assert learnt == {"k": ["{{ x }}", [1, None, 2.5, True]]}
    assert type(learnt) is dict
    assert all(type(key) is str for key in learnt)
    assert type(learnt["k"]) is list
    assert type(learnt["k"][0]) is str


def test_facts_are_given_under_both_of_their_names_and_add_up() -> None:
    memory = HostMemory()
    memory.add_facts({"hostname": "a", "ansible_kernel": "6"})
    memory.add_facts({"hostname": "b"})
    assert memory.facts["ansible_facts"] == {"hostname": "b", "kernel": "6"}
    assert (memory.facts["ansible_hostname"], memory.facts["ansible_kernel"]) == ("b", "6")


def test_what_a_guest_says_of_itself_does_not_decide_how_anything_is_reached() -> None:
    memory = HostMemory()
    said = ["connection", "host", "become_password", "ssh_common_args", "python_interpreter", "facts", "sudo_exe"]
    memory.add_facts(dict.fromkeys(said, "evil"))
    assert set(memory.facts) == {"ansible_facts"}
    memory.add_facts({"ssh_host_key_rsa_public": "AAAA", "user_id": "root"})
    assert {"ansible_ssh_host_key_rsa_public", "ansible_user_id"} <= set(memory.facts)
