import logging
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import av
import cv2
import numpy as np
import pytest

from nodegraph.sdk import NodeError
from nodes.source import _live
from nodes.source.network_stream import NetworkStream

PATIENCE = 60.0


class Server:
    """A real HTTP server of moving JPEGs; `mood` is playing, hanging or silent."""

    def __init__(self, port: int = 0) -> None:
        self.mood, self.sent, self.gone = "playing", 0, threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_args: object) -> None:
                pass

        self._http = Quiet(("127.0.0.1", port), Handler)
        self._http.daemon_threads = True
        self._sockets: list[socket.socket] = []
        self.port = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self._sockets.append(handler.connection)
        if self.mood == "silent":
            self.gone.wait(2 * PATIENCE)
            return
        if handler.path == "/page":
            handler.send_response(200)
            handler.send_header("Content-Length", "10500")
            handler.end_headers()
            handler.wfile.write(b"<html>no video</html>" * 500)
            return
        if handler.path in ("/401", "/404"):
            handler.send_error(int(handler.path[1:]))
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        while not self.gone.is_set():
            if self.mood == "playing":
                self.send(handler)
            self.gone.wait(0.01)

    def send(self, handler: BaseHTTPRequestHandler) -> None:
        jpeg = cv2.imencode(".jpg", np.full((48, 64, 3), self.sent % 250, np.uint8))[1].tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
        handler.wfile.write(head.encode() + jpeg + b"\r\n")
        self.sent += 1

    def kill(self) -> None:
        self.gone.set()
        for connection in self._sockets:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server():
    made = Server()
    yield made
    if not made.gone.is_set():
        made.kill()


@pytest.fixture(autouse=True)
def _threads_end():
    """Every test's reader threads are gone at its end, by themselves."""
    yield
    for thread in threading.enumerate():
        if thread.name == "network stream":
            thread.join(PATIENCE)
            assert not thread.is_alive()


def until(stream, wanted: Callable[[object], bool]):
    """Draw from the stream until an item is wanted; fails when none comes in time or a heartbeat is late."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        before = time.monotonic()
        item = next(stream)
        assert time.monotonic() - before < PATIENCE / 2, "no heartbeat"
        if wanted(item):
            return item
    raise AssertionError("it did not come")


def is_frame(item):
    return item is not None


def test_http_mjpeg_gives_pictures_whose_times_increase(server):
    stream = NetworkStream(url=f"http://127.0.0.1:{server.port}/cam").stream()
    frames = [until(stream, is_frame) for _ in range(10)]
    stream.close()
    assert frames[0].value.shape == (48, 64, 3)
    assert all(a.time < b.time for a, b in pairwise(frames))


def test_a_slow_reader_gets_the_newest_picture(server):
    stream = NetworkStream(url=f"http://127.0.0.1:{server.port}/cam").stream()
    until(stream, is_frame)
    target = server.sent + 60
    while server.sent < target:
        server.gone.wait(0.01)
    server.mood = "hanging"  # nothing comes after this: the newest picture is the last one
    drawn = []

    def is_last(item):
        drawn.extend([item] if item is not None else [])
        return item is not None and abs(float(item.value.mean()) - (server.sent - 1) % 250) < 2

    until(stream, is_last)
    stream.close()
    assert len(drawn) < 30, "of 60 that were sent"


def test_a_killed_server_is_said_and_found_again_when_it_is_back(server, caplog):
    stream = NetworkStream(url=f"http://127.0.0.1:{server.port}/cam").stream()
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        until(stream, is_frame)
        server.kill()
        until(stream, lambda item: "refuses the connection" in caplog.text)
        again = Server(server.port)
        frame = until(stream, is_frame)
        stream.close()
        again.kill()
    assert frame.value.shape == (48, 64, 3)
    assert "Trying again" in caplog.text


def test_a_server_that_falls_silent_never_hangs_the_stream(server, caplog):
    stream = NetworkStream(url=f"http://127.0.0.1:{server.port}/cam").stream()
    with caplog.at_level(logging.WARNING, "nodegraph.nodes"):
        until(stream, is_frame)
        server.mood = "hanging"
        until(stream, lambda item: "does not answer in time" in caplog.text)
        server.mood = "playing"
        until(stream, is_frame)
    stream.close()


def test_closing_is_quick_while_a_server_says_nothing(server):
    server.mood = "silent"
    stream = NetworkStream(url=f"http://127.0.0.1:{server.port}/cam").stream()
    assert next(stream) is None
    before = time.monotonic()
    stream.close()
    assert time.monotonic() - before < PATIENCE / 2
    server.kill()


def test_the_first_connection_may_fail_too(caplog):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    stream = NetworkStream(url=f"http://127.0.0.1:{port}/cam").stream()
    until(stream, lambda item: "refuses the connection" in caplog.text)
    server = Server(port)
    until(stream, is_frame)
    stream.close()
    server.kill()


def fails_with(url, said):
    stream = NetworkStream(url=url, retry=False).stream()
    with pytest.raises(NodeError, match=said):
        until(stream, is_frame)


def test_every_reason_has_its_own_sentence(server):
    at = f"127.0.0.1:{server.port}"
    fails_with(f"http://{at}/404", rf"{at} has nothing at this address \(404\)")
    fails_with(f"http://{at}/401", rf"{at} asks for a password \(401\)")
    fails_with(f"http://{at}/page", f"{at} answers, but not with a video")
    fails_with("http://camera.invalid/x", 'No machine is called "camera.invalid"')
    fails_with("gopher://x/y", "no address of a stream")
    fails_with("http://[::1/x", "no address of a stream")
    fails_with("rtsp://camera:port/x", "no address of a stream")
    fails_with("", "No address is set")
    server.kill()
    fails_with(f"http://user:secret@{at}/cam", rf"^{at} refuses the connection")
    fails_with(f"rtsp://{at}/cam", f"{at} refuses the connection")
    fails_with(f"rtmp://{at}/cam", f"{at} refuses the connection")


def test_a_server_that_never_answers_is_told_apart(server):
    server.mood = "silent"
    fails_with(f"http://127.0.0.1:{server.port}/cam", "does not answer in time")


def test_pauses_grow_and_begin_short_again(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(_live, "monotonic", lambda: now[0])
    monkeypatch.setattr(_live, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    back_off, pauses = _live.BackOff(), []
    for _ in range(6):
        before = now[0]
        assert all(item is None for item in back_off.wait())
        pauses.append(now[0] - before)
    assert pauses == pytest.approx([0.5, 1, 2, 4, 5, 5])
    back_off.worked()
    before = now[0]
    list(back_off.wait())
    assert now[0] - before == pytest.approx(0.5)


def h264_packets(count):
    """Annex B packets of grey pictures, a key picture every time."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt, context.time_base = 64, 48, "yuv420p", Fraction(1, 25)
    context.options = {"tune": "zerolatency", "g": "1", "preset": "ultrafast"}
    packets = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 + number, np.uint8), "bgr24")
        frame.pts = number
        packets += [bytes(packet) for packet in context.encode(frame)]
    return packets


def rtsp_server(listener: socket.socket, packets: list[bytes], stop: threading.Event) -> None:
    """The least of RTSP (RFC 2326): one client, H.264 (RFC 6184, single NAL units) inside the RTSP connection."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        while True:
            head = [line.decode().strip() for line in iter(stream.readline, b"\r\n") if line]
            if not head:
                return
            method = head[0].split()[0]
            number = next(line for line in head if line.startswith("CSeq"))
            sdp = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
            extra, body = "", ""
            if method == "DESCRIBE":
                extra, body = "Content-Type: application/sdp\r\n", sdp
            elif method == "SETUP":
                extra = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
            answer = f"RTSP/1.0 200 OK\r\n{number}\r\nSession: 1\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}"
            stream.write(answer.encode())
            stream.flush()
            if method == "PLAY":
                break
        sequence = 0
        for number, packet in enumerate(packets):
            units = [unit for unit in packet.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if unit]
            for unit in units:
                marker = 0x80 if unit is units[-1] else 0
                time_stamp = (number * 3600).to_bytes(4, "big")
                rtp = bytes([0x80, 96 | marker]) + sequence.to_bytes(2, "big") + time_stamp + b"\0\0\0\7" + unit
                stream.write(b"$\0" + len(rtp).to_bytes(2, "big") + rtp)
                sequence += 1
            stream.flush()
            if stop.wait(0.02):
                return


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg to serve RTMP")
def test_rtmp_gives_pictures():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"rtmp://127.0.0.1:{held.getsockname()[1]}/live/x"
    picture = ["-re", "-f", "lavfi", "-i", "color=0x5a5a5a:size=64x48:rate=30"]
    encode = ["-c:v", "libx264", "-tune", "zerolatency", "-g", "10", "-f", "flv", "-listen", "1", url]
    with subprocess.Popen(["ffmpeg", "-loglevel", "quiet", *picture, *encode], stdin=subprocess.DEVNULL) as server:
        stream = NetworkStream(url=url).stream()
        first, second = until(stream, is_frame), until(stream, is_frame)
        stream.close()
        server.kill()
    assert first.value.shape == (48, 64, 3)
    assert first.time < second.time
    assert abs(float(second.value.mean()) - 90) < 6


def test_rtsp_gives_pictures():
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = (listener, h264_packets(200), stop)
        thread = threading.Thread(target=rtsp_server, args=arguments, daemon=True)
        thread.start()
        stream = NetworkStream(url=f"rtsp://127.0.0.1:{listener.getsockname()[1]}/live", retry=False).stream()
        first, second = until(stream, is_frame), until(stream, is_frame)
        stop.set()
        stream.close()
        thread.join(PATIENCE)
    assert first.value.shape == (48, 64, 3)
    assert first.time < second.time
    assert 35 < first.value.mean() < 245
