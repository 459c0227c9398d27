"""Try nodes and graphs in tests; public, for node packs of third parties too.

from nodegraph.testing import GraphBuilder, run_node, sample

assert run_node(Invert, sample("image")).shape == (90, 160, 3)
run = GraphBuilder().add("in", MySource).add("out", MySink).wire("in.image -> out.image").run()
"""

from nodegraph.testing.graphs import GraphBuilder
from nodegraph.testing.nodes import call, read_only, run_frames, run_node, sample, sample_inputs, stamp_of

__all__ = ["GraphBuilder", "call", "read_only", "run_frames", "run_node", "sample", "sample_inputs", "stamp_of"]
