"""A model server that misbehaves, after the 2018 protocol over HTTP: ``python bad_models.py KIND``.

KIND: exits (at once) | hangs (in a request) | unready (takes no connection) | garbage | slow | huge (100 MB).
"""

import http.server
import os
import sys
import time

KIND = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.say(b"{}")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        if KIND == "hangs":
            time.sleep(3600)
        if KIND == "slow":
            time.sleep(2)
        if KIND == "garbage":
            self.say(b"<html>\x00\xff what?</html>")
        elif KIND == "huge":
            self.start(100_000_000)
            for _ in range(100):  # piece by piece: making them all takes longer than the client waits
                self.wfile.write(b"A" * 1_000_000)
        else:
            self.say(b'{"results": []}')

    def say(self, body):
        self.start(len(body))
        self.wfile.write(body)

    def start(self, length):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def address_string(self):
        return "client"

    def log_message(self, format, *args):
        pass


print(f"this is {KIND}", flush=True)
if KIND == "exits":
    print("cannot find the weights", file=sys.stderr, flush=True)
    sys.exit(3)
if KIND == "unready":
    time.sleep(3600)
port = int(os.environ.get("NODEGRAPH_PORT", "33000"))
http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
