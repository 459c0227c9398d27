"""What one run tells: which nodes failed and why, and that it ended. Called on engine threads, read by anyone."""

from collections.abc import Callable

from nodegraph.engine.events import Dropped, Ended, Event, NodeFailed, NodeRecovered


class Watch:
    """The listener of one run; `heard` is called when something a person should see has changed."""

    def __init__(self, heard: Callable[[], None]) -> None:
        self.failures: dict[str, NodeFailed] = {}
        """The newest failure of each node; one that works again is left out."""
        self.ended: Ended | None = None
        self._heard = heard

    def __call__(self, event: Event) -> None:
        """Remember the event; returns at once."""
        match event:
            case Dropped():  # up to hundreds a second; figures tell them
                return
            case NodeFailed(node=node):
                self.failures[node] = event
            case NodeRecovered(node=node):
                self.failures.pop(node, None)
            case Ended():
                self.ended = event
        self._heard()
