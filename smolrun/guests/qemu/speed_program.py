"""A firmware of a few instructions that counts and then ends QEMU: what instructions cost, found without a guest."""

_SIZE = 0x10000
_START = 0xFF00
_ROUNDS = 20_000_000
"""10 ms on a processor, 0.1 s in QEMU's emulation, a minute where a kernel emulates each instruction by itself."""
_VALUE = 0x10
DONE = _VALUE << 1 | 1
"""QEMU's exit code once the counting is done (what its device isa-debug-exit makes of a value)."""


def speed_program() -> bytes:
    """The 64 KiB below 4 GiB, in the last 16 bytes of which a processor starts (Intel SDM volume 3, 10.1.4).

    The counting is done in protected mode: in real mode old processors are emulated although acceleration works.
    """
    base = 0x1_0000_0000 - _SIZE
    table, pointer, counting = _START + 0x40, _START + 0x58, _START + 0x60
    flat_code = bytes.fromhex("ffff0000009acf00")
    load_table = b"\x66\x2e\x0f\x01\x16" + _word(pointer, 2)  # lgdt cs:[pointer]
    protect = b"\x0f\x20\xc0\x0c\x01\x0f\x22\xc0"  # cr0 |= 1
    go_on = b"\x66\xea" + _word(base + counting, 4) + _word(8, 2)  # jmp 8:counting
    count = b"\xb9" + _word(_ROUNDS, 4) + b"\x49\x75\xfd"  # mov ecx, rounds; dec ecx; jnz back
    end = bytes([0xB0, _VALUE, 0xE6, 0xF4]) + b"\xf4\xeb\xfd"  # out 0xf4, value; hlt, for ever
    pieces = {
        _SIZE - 16: b"\xe9" + _signed(_START - (_SIZE - 16 + 3), 2),  # jmp _START
        _START: b"\xfa" + load_table + protect + go_on,  # cli; …
        table: bytes(8) + flat_code,
        pointer: _word(15, 2) + _word(base + table, 4),
        counting: count + end,
    }
    program = bytearray(b"\xf4" * _SIZE)
    for place, code in pieces.items():
        program[place : place + len(code)] = code
    return bytes(program)


def _word(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little")


def _signed(value: int, size: int) -> bytes:
    return value.to_bytes(size, "little", signed=True)
