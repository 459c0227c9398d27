"""From a command to a running server process."""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from nodegraph_kit import unix
from nodegraph_kit.command import Command
from nodegraph_kit.runner import Runner
from nodegraph_kit.web import WebServer

log = logging.getLogger("nodegraph_kit")
PORT = 33000
MAX_MEGABYTES = 256


def serve(command: Command | type[object], arguments: Sequence[str] | None = None) -> None:
    """Serve `command` until SIGTERM or SIGINT. Settings come from flags, else from NODEGRAPH_... variables.

    Prints one line, ``nodegraph-kit listening http://127.0.0.1:PORT``, when it accepts connections. The model loads
    meanwhile; ``GET /health`` says when it is ready. Exits with status 2 and a sentence when it cannot listen.
    Raises TypeError for something that `model` has not decorated.
    """
    if not isinstance(command, Command):  # a type checker takes a decorated class for the class it was
        raise TypeError(f"{command!r} is not a model; put @model(...) in front of it.")
    options = _options(command, arguments)
    logging.basicConfig(level=options.log_level.upper(), format="%(levelname)s %(message)s", stream=sys.stderr)
    stop = _stop_signal()
    runner = Runner(command)
    max_bytes = options.max_megabytes << 20
    listener = _unix(options.socket) if options.socket else None  # first: who sees HTTP answer finds the socket too
    web = _web(options, runner, max_bytes)
    _start(web.serve_forever)
    if listener is not None:
        _start(lambda: unix.accept_for_ever(listener, runner, max_bytes, web.serve_connection))
    _start(runner.load)
    shown = "127.0.0.1" if options.host in ("0.0.0.0", "::", "") else options.host
    # With its line end in one piece: the model may be printing on another thread.
    print(f"nodegraph-kit listening http://{shown}:{web.server_port}\n", end="", flush=True)
    stop.wait()
    web.socket.close()
    if listener is not None:
        listener.close()
        Path(options.socket).unlink(missing_ok=True)
    _leave()


def _stop_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _leave() -> NoReturn:
    """Threads may be deep in native code, and there is nothing to save: do not wait for them."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _options(command: Command, arguments: Sequence[str] | None) -> argparse.Namespace:
    environment = os.environ.get
    parser = argparse.ArgumentParser(description=command.description or command.title)
    parser.add_argument("--host", default=environment("NODEGRAPH_HOST", "127.0.0.1"), help="address to listen at")
    parser.add_argument("--port", type=int, default=environment("NODEGRAPH_PORT", PORT), help="0 picks a free one")
    parser.add_argument("--socket", default=environment("NODEGRAPH_SOCKET", ""), help="also listen at this Unix socket")
    limit = environment("NODEGRAPH_MAX_MEGABYTES", MAX_MEGABYTES)
    parser.add_argument("--max-megabytes", type=int, default=limit, help="the largest request that is accepted")
    parser.add_argument("--log-level", default=environment("NODEGRAPH_LOG_LEVEL", "info"), help="debug, info, ...")
    return parser.parse_args(arguments)


def _web(options: argparse.Namespace, runner: Runner, max_bytes: int) -> WebServer:
    try:
        return WebServer((options.host, options.port), runner, max_bytes)
    except (OSError, OverflowError) as error:
        _give_up(
            f"Cannot listen at {options.host}:{options.port}: {error}. Choose another --port (0 picks a free one)."
        )


def _unix(path: str) -> socket.socket:
    try:
        return unix.listen(Path(path))
    except OSError as error:
        _give_up(f"Cannot listen at the Unix socket {path}: {error}. Its folder must exist, be writable, and be short.")


def _give_up(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(2)


def _start(work: Callable[[], object]) -> None:
    threading.Thread(target=work, daemon=True).start()
