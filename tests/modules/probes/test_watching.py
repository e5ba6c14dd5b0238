from tests.modules.guest import Guest


def test_it_looks_again_until_nothing_is_wrong(guest: Guest) -> None:
    told: list[str] = []
    slept: list[float] = []

    def appear(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            guest.here("file").write_text("x")

    wanted = {"path": guest.path("file"), "within": 60, "every": 0.25}
    result = guest.do("probe_file", wanted, sleep=appear, progress=told.append)
    assert (result.failed, result.changed, result.values["looks"], slept) == (False, False, 3, [0.25, 0.25])
    assert told[0].endswith("it is not there; 0 s of 60 s")


def test_when_the_time_is_over_it_tells_what_was_wrong_last(guest: Guest) -> None:
    wanted = {"path": guest.path("gone"), "within": 1.5, "every": 0.05}  # time for a second look on a busy machine
    message = guest.fails("probe_file", wanted)
    assert message.startswith(f"{guest.path('gone')}: it is not there (after ")


def test_one_look_is_enough_where_nothing_else_is_asked(guest: Guest) -> None:
    assert guest.fails("probe_file", {"path": guest.path("gone")}) == f"{guest.path('gone')}: it is not there"
