"""Ports for servers that start a while after their port was chosen."""

import contextlib
import random
import socket

# Below those that systems give out by themselves, to connections and to whoever asks for any port: one of these that is free now is
# still free when a server that takes seconds to start binds it. Two that ask for any port, one after the other, may get the same.
RANGE = range(15_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Different ports of this machine on which nobody listens."""
    found = []
    with contextlib.ExitStack() as probes:
        for port in random.SystemRandom().sample(RANGE, len(RANGE)):
            probe = probes.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                found.append(port)
            if len(found) == count:
                return found
    raise RuntimeError(
        f"only {len(found)} of the ports {RANGE[0]} to {RANGE[-1]} are free, {count} are needed"
    )
