"""The stand-in 2018 servers of tests/runtime in a container: ``python served_2018.py 3|4`` is the Engine.IO version."""

import sys
import threading

ADDRESS = ("0.0.0.0", 33000)


def caption(payload):
    start = payload["data"][:22]
    return [{"caption": f"engine.io {sys.argv[1]} got {start}", "prob": 0.9}]


if sys.argv[1] == "3":
    from alpha_server import Alpha2018

    server = Alpha2018(caption, address=ADDRESS)
else:
    from modern_server import Modern

    server = Modern(caption, address=ADDRESS)
print("listening", flush=True)
threading.Event().wait()
