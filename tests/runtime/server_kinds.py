"""A stand-in model server for tests: standard library only. Run as ``python server_kinds.py KIND``.

KIND: good | silent (binds no port) | loading (never ready) | failed | crash | hang (after GET /hang) | http (plain) |
noted (says something about how it runs).
It follows the kit's contract: NODEGRAPH_HOST, NODEGRAPH_PORT, NODEGRAPH_SOCKET; one line says where it listens.
"""

import http.server
import json
import os
import socketserver
import sys
import threading
import time

KIND = sys.argv[1]
hangs = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if hangs.is_set():
            time.sleep(3600)
        if self.path == "/hang":
            hangs.set()  # from the next request on
        if self.path == "/exit":
            os._exit(5)
        if self.path == "/eat":
            hog = [bytearray(os.urandom(1 << 20)) for _ in range(4096)]
            print(len(hog))
        state = KIND if KIND in ("loading", "failed") else "ready"
        said = {"message": "no weights" if state == "failed" else "", "note": "Runs well." if KIND == "noted" else ""}
        body = json.dumps({"state": state, "pid": os.getpid(), **said})
        if KIND == "garbage":
            body = "<html>what?</html>"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body.encode())

    def address_string(self):
        return "client"

    def log_message(self, format, *args):
        pass


class Unix(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def main():
    print(f"hello from {KIND} pid {os.getpid()} in {os.getcwd()}", flush=True)
    if KIND == "crash":
        print("cannot find the weights", file=sys.stderr, flush=True)
        sys.exit(3)
    if KIND == "silent":
        time.sleep(3600)
    path = os.environ.get("NODEGRAPH_SOCKET")
    if path and KIND != "http":
        unix = Unix(path, Handler)
        os.chmod(path, 0o666)
        threading.Thread(target=unix.serve_forever, daemon=True).start()
    address = (os.environ.get("NODEGRAPH_HOST", "0.0.0.0"), int(os.environ.get("NODEGRAPH_PORT", "33000")))
    server = http.server.ThreadingHTTPServer(address, Handler)
    print(f"nodegraph-kit listening http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


main()
