"""Serve one checkpoint of transformers: $NODEGRAPH_TASK says what for, the folder of weights which."""

import os
import sys

from hf_tasks import TASKS, command_for
from nodegraph_kit import serve


def main() -> None:
    """Serve the task; exit with status 2 and a sentence when there is no such task."""
    task = os.environ.get("NODEGRAPH_TASK", "")
    if task not in TASKS:
        said = f"There is no task {task!r}." if task else "The variable NODEGRAPH_TASK does not say what to serve."
        print(f"{said} Tasks are {', '.join(TASKS)}.", file=sys.stderr, flush=True)
        raise SystemExit(2)
    serve(command_for(task))


if __name__ == "__main__":
    main()
