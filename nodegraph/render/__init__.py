"""Long videos rendered in parts by worker processes, on this machine or on a cluster of Ray, and joined.

Everything but `nodegraph.render.cluster` works without Ray. See docs/rendering.md.
"""
