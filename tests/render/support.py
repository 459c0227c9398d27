"""Clips that tell their frames apart, graphs over them, and workers in threads behind the real interface."""

import hashlib
import itertools
import queue
import threading
from contextlib import contextmanager
from fractions import Fraction

import av
import numpy as np

from nodegraph.core.graph import Graph, GraphNode, Wire
from nodegraph.render.job import Lost
from nodegraph.render.order import Order
from nodegraph.render.render import render
from nodegraph.render.segment import Workplace
from nodegraph.session import Session

TICKS = 90_000
GIVES = {"filter.background_subtraction": "mask", "filter.frame_difference": "mask", "filter.average_color": "vector"}
"""The output that is used, of filters that have no `image`."""


def clip(path, frames=60, rate=Fraction(25), times=None, codec="libx264", options=None, sound=False, size=(64, 48)):
    """A video whose every frame is another; times: seconds of each, in place of a rate."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        (stream.width, stream.height), stream.pix_fmt = size, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, TICKS)
        track = container.add_stream("aac", rate=48000, layout="mono") if sound else None
        for number in range(frames):
            frame = av.VideoFrame.from_ndarray(_picture(number, *size), format="bgr24")
            frame.time_base = Fraction(1, TICKS)
            frame.pts = round((times[number] if times else Fraction(number) / rate) * TICKS)
            container.mux(stream.encode(frame))
        for number in range(int(frames / rate * 48000 / 1024) if track else 0):
            tone = np.sin((number * 1024 + np.arange(1024)) * 2 * np.pi * 440 / 48000)[None].astype(np.float32)
            samples = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
            samples.sample_rate, samples.pts = 48000, number * 1024
            container.mux(track.encode(samples))
        for one in filter(None, (stream, track)):
            container.mux(one.encode())
    return path


def _picture(number, width, height):
    picture = np.full((height, width, 3), number * 3 % 256, np.uint8)
    picture[8:24, number * 5 % (width - 8) : number * 5 % (width - 8) + 8] = (255, number * 7 % 256, 0)
    return picture


def uneven_times(frames):
    """Seconds of the frames of a variable rate, on the clip's clock."""
    return [Fraction(number, 25) + Fraction(number * 7 % 3, 200) for number in range(frames)]


def graph_of(clip, output, *, filters=("filter.wave", "filter.grain"), sound=False, sink="sink.video_file", **params):
    """clip -> filters -> output; params are the sink's, and those named clip_... the source's."""
    ids = ["clip", *(f"f{number}" for number in range(len(filters))), "out"]
    source = {name.removeprefix("clip_"): params.pop(name) for name in list(params) if name.startswith("clip_")}
    nodes = [GraphNode("clip", "source.video_file", {"path": str(clip), **source})]
    nodes += [GraphNode(id, type) for id, type in zip(ids[1:-1], filters, strict=True)]
    nodes += [GraphNode("out", sink, {"path": str(output), **params})]
    port = "image" if sink == "sink.video_file" else "value"
    gives = {id: GIVES.get(type, "image") for id, type in zip(ids[1:-1], filters, strict=True)}
    wires = [Wire(a, gives.get(a, "image"), b, "image" if b != "out" else port) for a, b in itertools.pairwise(ids)]
    wires += [Wire("clip", "file", "out", "audio")] if sound else []
    return Graph({node.id: node for node in nodes}, tuple(wires))


def frames_of(path):
    """(time in ticks, digest of the pixels) of every frame."""
    with av.open(str(path)) as container:
        return [
            (frame.pts, hashlib.sha1(frame.to_ndarray(format="bgr24").tobytes()).hexdigest())
            for frame in container.decode(video=0)
        ]


def sound_of(path):
    """(time, digest) of every packet of sound."""
    with av.open(str(path)) as container:
        packets = container.demux(container.streams.audio[0])
        return [(packet.pts, hashlib.sha1(bytes(packet)).hexdigest()) for packet in packets if packet.size]


class Threads:
    """A `Pool` of workplaces in threads of this process. lose: how often the worker of a segment is lost."""

    def __init__(self, job, count, lose=None):
        self.size = count
        self.places = [Workplace(job) for _ in range(count)]
        self.lose = dict(lose or {})
        self.started = []
        self._threads = {}
        self._outcomes = queue.Queue()

    def ready(self, worker):
        return True

    def start(self, worker, segment):
        self.started.append(segment.number)
        self._threads[worker] = threading.Thread(target=self._work, args=(worker, segment))
        self._threads[worker].start()

    def _work(self, worker, segment):
        if self.lose.get(segment.number, 0) > 0:
            self.lose[segment.number] -= 1
            self._outcomes.put((worker, Lost(segment.number, "it was killed.")))
        else:
            self._outcomes.put((worker, self.places[worker].render(segment)))

    def wait(self, seconds):
        try:
            return [self._outcomes.get(timeout=seconds)]
        except queue.Empty:
            return []

    def done(self):
        return {worker: self.places[worker].done for worker, thread in self._threads.items() if thread.is_alive()}

    def close(self):
        for place in self.places:
            place.stop()
        for thread in self._threads.values():
            thread.join(60)
        for place in self.places:
            place.close()


def pools(made=None, **options):
    """What `render` makes workers with; `made` collects the pools."""

    @contextmanager
    def make(job, count):
        pool = Threads(job, count, **options)
        if made is not None:
            made.append(pool)
        try:
            yield pool
        finally:
            pool.close()

    return make


def rendered(graph, *, made=None, stopped=lambda: False, show=lambda progress: None, lose=None, **order):
    """Render a graph with two workers unless `order` says otherwise; one worker does it in one piece."""
    whole = order.get("workers") == 1
    order = {"workers": 2, "length": 10**6 if whole else 13, "here": whole, **order}
    with Session() as session:
        return render(session, Order(graph, **order), pools(made, lose=lose), show, stopped)
