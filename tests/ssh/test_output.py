"""`OutputBuffer` against a plain byte string."""

from hypothesis import given
from hypothesis import strategies as st

from smolrun.ssh.output import OutputBuffer


@given(st.lists(st.binary(max_size=40)), st.integers(min_value=2, max_value=60))
def test_the_first_and_last_half_are_kept_whatever_the_pieces(pieces: list[bytes], limit: int) -> None:
    buffer = OutputBuffer(limit)
    for piece in pieces:
        buffer.write(piece)
    whole = b"".join(pieces)
    assert buffer.truncated == (len(whole) > limit)
    if len(whole) <= limit:
        assert buffer.take() == whole
        return
    head, tail = limit - limit // 2, limit // 2
    note = f"\n[... {len(whole) - limit} bytes left out ...]\n".encode()
    assert buffer.take() == whole[:head] + note + whole[len(whole) - tail :]


def test_taking_empties_it() -> None:
    buffer = OutputBuffer(10)
    buffer.write(b"abc")
    assert (buffer.take(), buffer.take()) == (b"abc", b"")
