"""Which containers an engine has, asked so that one which goes away meanwhile is no error."""

from typing import Any

import docker


def containers(client: docker.DockerClient, *, running: bool = False, **filters: Any) -> list[Any]:
    """Those that match, as docker-py sees them; `running`: without such as ended. filters: label, name, ancestor."""
    return client.containers.list(all=not running, filters=filters, ignore_removed=True)
