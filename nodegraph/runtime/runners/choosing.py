"""Which runner a place takes."""

from nodegraph.runtime.launch import Launch
from nodegraph.runtime.limits import Limits
from nodegraph.runtime.runners import Runner
from nodegraph.runtime.runners.process import ProcessRunner


def runner_of(launch: Launch, limits: Limits) -> Runner:
    """The runner for a place of ours."""
    if launch.kind == "process":
        return ProcessRunner(launch, limits)
    from nodegraph.runtime.runners.container import ContainerRunner  # imports docker, which takes its time
    from nodegraph.runtime.runners.replicas import ReplicaRunner

    if launch.replicas > 1:
        return ReplicaRunner(launch, limits)
    return ContainerRunner(launch, limits)
