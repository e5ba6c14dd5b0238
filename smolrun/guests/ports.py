"""Ports of the loopback address."""

import socket


def free_port() -> int:
    """One that is nobody's just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
