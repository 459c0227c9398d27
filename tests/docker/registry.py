"""The least of an image registry: serves one image, made here, at the speed and with the faults a test asks for."""

import gzip
import hashlib
import http.server
import io
import json
import random
import tarfile
import threading

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def _digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    """At 127.0.0.1, which engines allow without TLS. `hold`: the layer all but stops half-way until `go_on` is set.

    `config`: more of the image's configuration, such as Labels. `asked` lists the paths of the requests.
    """

    def __init__(self, megabytes=3, hold=False, config=None):
        self.asked = []
        self.config = config or {}
        self.go_on = threading.Event()
        if not hold:
            self.go_on.set()
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
                "config": {"Cmd": ["/noise"], **self.config},
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
        self.layer_size, self.layer = len(layer), _digest(layer)
        self.digest = _digest(manifest)
        self.blobs = {_digest(config): config, _digest(layer): layer}
        self.manifest = manifest

    def answer(self, request):
        self.asked.append(request.path)
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
            self._pour(request, body)
        except OSError:
            self.broken_off.set()

    def _pour(self, request, body):
        """All of it, but from half-way on only drop by drop until a test says go on.

        An engine that called a download off notices at the next drop.
        """
        position = 0
        while position < len(body):
            slow = position > len(body) // 2 > 65536 and not self.go_on.is_set()
            if slow:
                self.half_way.set()
                self.go_on.wait(0.02)
            size = 512 if slow else 65536
            request.wfile.write(body[position : position + size])
            position += size

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()
