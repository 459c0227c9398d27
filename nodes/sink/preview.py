"""Looking at a picture while it runs."""

from nodegraph.sdk import Image, Sink


class Preview(Sink, id="sink.preview", category="Sink/View", keywords=("monitor", "look", "show")):
    """Show a picture: the editor and the network API take the newest one from here. It keeps and writes nothing."""

    def process(self, image: Image) -> None:
        """Do nothing: that the picture arrives here is what makes it visible."""
