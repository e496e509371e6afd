"""A hostile client. Each line of input names an attack and the port of its server. The answer is the result of the attack."""

import sys
import traceback

from frame_floods import Frames
from handshakes import Handshakes
from streams import Streams


class Attacks(Handshakes, Streams, Frames):
    """Every method without an underscore is an attack; what it returns is printed."""


def main():
    for line in sys.stdin:
        name, port, seconds = line.split()
        attack = Attacks(int(port), float(seconds))
        try:
            result = getattr(attack, name)()
        except Exception as e:
            traceback.print_exc()
            result = {"failed": repr(e)}
        # The clients stay until the next line, so that the server can be measured before they leave.
        print("done " + ", ".join(f"{key} {value}" for key, value in result.items()), flush=True)
        sys.stdin.readline()
        for client in attack.clients:
            client.leave()
        print("gone", flush=True)


main()
