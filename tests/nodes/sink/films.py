"""What a film that was written holds."""

import av


def read(path):
    """Times and pictures of a video, as PyAV gives them."""
    with av.open(str(path)) as container:
        return [(frame.time, frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]
