"""The least of an image registry: serves one image, made here, at the speed and with the faults a test asks for."""

import gzip
import hashlib
import http.server
import io
import json
import random
import select
import socket
import tarfile
import threading

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """At 127.0.0.1, which engines allow without TLS. `hold`: the layer stops half-way until `release()`."""

    def __init__(self, megabytes=3, hold=False):
        self.go_on = threading.Event()
        if not hold:
            self.go_on.set()
        self.sent = 0
        self.half_way = threading.Event()
        self.broken_off = threading.Event()
        self._make_image(megabytes)
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                registry.answer(self)

            do_HEAD = do_GET

            def log_message(self, format, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.image = f"127.0.0.1:{self.server.server_address[1]}/models/demo"

    def _make_image(self, megabytes):
        noise = random.Random(random.random()).randbytes(megabytes << 20)
        plain = io.BytesIO()
        with tarfile.open(fileobj=plain, mode="w") as tar:
            info = tarfile.TarInfo("noise")
            info.size = len(noise)
            tar.addfile(info, io.BytesIO(noise))
        layer = gzip.compress(plain.getvalue(), 0)
        config = json.dumps(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Cmd": ["/noise"]},
                "rootfs": {"type": "layers", "diff_ids": [_digest(plain.getvalue())]},
            }
        ).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": len(config),
                    "digest": _digest(config),
                },
                "layers": [
                    {
                        "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip",
                        "size": len(layer),
                        "digest": _digest(layer),
                    }
                ],
            }
        ).encode()
        self.layer_size = len(layer)
        self.digest = _digest(manifest)
        self.blobs = {_digest(config): config, _digest(layer): layer}
        self.manifest = manifest

    def answer(self, request):
        last = request.path.rsplit("/", 1)[-1]
        if request.path == "/v2/":
            self._send(request, 200, b"{}", "application/json")
        elif "/manifests/" in request.path and last in ("1", self.digest):
            self._send(request, 200, self.manifest, MANIFEST)
        elif last in self.blobs:
            self._send(request, 200, self.blobs[last], "application/octet-stream")
        else:
            error = {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}
            self._send(request, 404, json.dumps(error).encode(), "application/json")

    def _send(self, request, status, body, kind):
        request.send_response(status)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(body)))
        request.send_header("Docker-Content-Digest", _digest(body))
        request.end_headers()
        if request.command == "HEAD":
            return
        try:
            for start in range(0, len(body), 65536):
                if start > len(body) // 2 > 65536 and not self.go_on.is_set():
                    self.half_way.set()
                    self._hold(request.connection)
                request.wfile.write(body[start : start + 65536])
                self.sent += len(body[start : start + 65536])
        except OSError:
            self.broken_off.set()

    def _hold(self, connection):
        """Until a test says go on; raises ConnectionResetError as soon as the engine hangs up."""
        while not self.go_on.wait(0.02):
            readable, _, _ = select.select([connection], [], [], 0)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()
