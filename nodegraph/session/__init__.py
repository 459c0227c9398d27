"""The composition root: node packs, catalogue and model servers put together, presets found and run. No GUI.

with Session() as session:
    found = session.open("starter")
    with session.run(found.graph, mode="offline") as run:
        run.wait()
"""

from nodegraph.session.found import Found, container_models, find_preset, shipped_presets
from nodegraph.session.own import user_catalogue, user_nodes
from nodegraph.session.session import Session

__all__ = ["Found", "Session", "container_models", "find_preset", "shipped_presets", "user_catalogue", "user_nodes"]
