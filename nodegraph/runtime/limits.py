"""How long a model server may take, and how patient we are when it fails. Tests use shorter ones."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Seconds, unless said otherwise.

    ready: from start to the first good answer. loading: the same, for a server that says that it is loading. answer:
    one health answer when something looks wrong. hang: how long a server that is suspected to hang may stay silent
    before it is restarted. timeouts: this many calls that timed out within `timeout_window` mean a hang although health
    answers. backoff, backoff_max: pause before a restart, doubled each time. quick: a server that failed sooner than
    this after its start failed quickly. give_up: quick failures in a row after which we stop trying. revive: how long a
    failed server rests before a report or call may try again. stop: polite stop before it is killed. watch: between
    health questions to a server that is not ours. poll: between readiness questions.
    """

    ready: float = 120.0
    loading: float = 900.0
    answer: float = 2.0
    hang: float = 10.0
    timeouts: int = 3
    timeout_window: float = 60.0
    backoff: float = 0.5
    backoff_max: float = 10.0
    quick: float = 20.0
    give_up: int = 4
    revive: float = 15.0
    stop: float = 3.0
    watch: float = 2.0
    poll: float = 0.03
