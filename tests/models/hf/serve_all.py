"""Serve many tiny checkpoints from one process, each at a Unix socket of its own: importing torch takes seconds.

Runs in the Hugging Face server's image: `python serve_all.py WEIGHTS SOCKETS CASE...`, a case being CHECKPOINT=TASK.
Makes the checkpoints, loads every case, prints how that went as a line of JSON, and then serves.
"""

import json
import os
import sys
import threading
from pathlib import Path

import checkpoints
import spoiled
from hf_tasks import command_for
from nodegraph_kit import unix
from nodegraph_kit.runner import Runner
from nodegraph_kit.web import WebServer

MAX_BYTES = 64 << 20


def serve(case: str, sockets: Path) -> dict[str, str]:
    """Load a case and serve it at SOCKETS/CHECKPOINT; its state and error."""
    checkpoint, task = case.split("=")
    os.environ["NODEGRAPH_CHECKPOINT"] = checkpoint
    runner = Runner(command_for(task))
    runner.load()
    listener = unix.listen(sockets / case)
    web = WebServer(("127.0.0.1", 0), runner, MAX_BYTES)
    arguments = (listener, runner, MAX_BYTES, web.serve_connection)
    threading.Thread(target=unix.accept_for_ever, args=arguments, daemon=True).start()
    return {"state": runner.state, "error": runner.error}


def main() -> None:
    weights, sockets, *cases = sys.argv[1:]
    os.umask(0)  # who runs the tests is another user, and takes all of it away in the end
    checkpoints.make_all(Path(weights))
    spoiled.make_all(Path(weights))
    os.environ["NODEGRAPH_WEIGHTS"] = weights
    states = {case: serve(case, Path(sockets)) for case in cases}
    print(json.dumps(states), flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
