"""Work that takes time: done on a thread of its own, its result or mistake brought back to the UI thread."""

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from nodegraph.core.errors import NodegraphError
from nodegraph.runtime.cancel import Cancelled

_T = TypeVar("_T")


def later(
    post: Callable[[Callable[[], None]], None],
    work: Callable[[], _T],
    done: Callable[[_T], None],
    failed: Callable[[NodegraphError], None],
) -> None:
    """Do `work`, then `done` with its result or `failed` with its mistake; neither when it was cancelled."""

    def run() -> None:
        try:
            result = work()
        except Cancelled:
            return
        except NodegraphError as error:
            post(partial(failed, error))
        except Exception as error:  # a mistake of ours must not be silent
            bug = NodegraphError(f"{type(error).__name__}: {error}", "Please report this.")
            post(partial(failed, bug))
        else:
            post(partial(done, result))

    threading.Thread(target=run, name="later", daemon=True).start()
