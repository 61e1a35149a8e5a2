"""A server that can put out the app's next version: the real one, with `sw.js` altered once it is told to."""

import http.client
import http.server
import threading


class Release:
    """Forwards to a server on loopback; `url` is its own address. After `put_out()` the worker's file is another."""

    def __init__(self, server_url: str) -> None:
        port = int(server_url.rsplit(":", 1)[1])
        self.addition = b""
        release = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def carry(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = dict(self.headers.items())
                if self.path == "/sw.js":
                    headers = {
                        name: text for name, text in headers.items() if not name.lower().startswith(("if-", "acc"))
                    }
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                line.request(self.command, self.path, body, headers)
                answer = line.getresponse()
                content = answer.read() + (release.addition if self.path == "/sw.js" else b"")
                self.send_response(answer.status)
                for name, text in answer.getheaders():
                    if name.lower() not in {
                        "content-length",
                        "transfer-encoding",
                        "connection",
                        "date",
                        "server",
                        "etag",
                    }:
                        self.send_header(name, text)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)
                line.close()

            do_GET = do_POST = do_HEAD = do_PATCH = do_PUT = carry  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self._server.server_port}"

    def put_out(self) -> None:
        self.addition = b"\n// the next version\n"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
