"""A running server, asked as programs ask it."""

import contextlib
import gzip
import http.client
import json
import os
import subprocess
import tempfile
import time


class Server:
    """Serves one folder; a context manager. `start_seconds` is until its address was told."""

    def __init__(self, tidelock, root, state):
        self.command = [tidelock, "serve", "--root", root, "--state", state, "--listen", "127.0.0.1:0"]
        self.state = state

    def __enter__(self):
        begun = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdout.readline()
        self.start_seconds = time.monotonic() - begun
        with open(os.path.join(self.state, "server.json")) as file:
            address = json.load(file)
        self.url, self.token = address["url"], address["token"]
        self.connection = http.client.HTTPConnection(self.url.removeprefix("http://").rstrip("/"))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def until_ready(self):
        """Waits for what a start has to look at: open moves of an earlier one."""
        while True:
            self.connection.request("GET", "/readyz")
            answer = self.connection.getresponse()
            answer.read()
            if answer.status == 200:
                return
            time.sleep(0.002)

    def ask(self, call, arguments):
        """The answer, the seconds until it was there, and the bytes that were sent of it."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        begun = time.monotonic()
        self.connection.request("POST", f"/api/{call}", json.dumps(arguments), {**headers, "Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{call}: {answer.status} {body[:300]}")
        seconds = time.monotonic() - begun
        whole = gzip.decompress(body) if answer.getheader("Content-Encoding") == "gzip" else body
        return json.loads(whole), seconds, len(body)

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def request(self, call, arguments):
        """The same for `load`."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return f"{self.url.rstrip('/')}/api/{call}", json.dumps(arguments), headers


def load(url, body=None, headers=(), seconds=5):
    """Requests a second over 64 connections, by wrk."""
    lines = [f"wrk.method = '{'POST' if body else 'GET'}'", f"wrk.body = [==[{body}]==]" if body else ""]
    lines += [f"wrk.headers['{name}'] = '{value}'" for name, value in dict(headers).items()]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write("\n".join(lines))
        script.flush()
        said = subprocess.check_output(["wrk", "-t1", "-c64", f"-d{seconds}s", "-s", script.name, url], text=True)
    if "Non-2xx" in said:
        raise RuntimeError(said)
    return next(float(line.split()[1]) for line in said.splitlines() if line.startswith("Requests/sec"))


def first_rows(path, rows):
    """What the browse page asks for when a folder is opened."""
    return {"request": {"path": path, "rows": rows}}


@contextlib.contextmanager
def in_nginx(folder, work):
    """The same folder listed by nginx, which has to be installed; answers its address."""
    path, port = os.path.join(work, "nginx.conf"), 18080
    with open(path, "w") as file:
        file.write(
            f"pid {work}/nginx.pid; error_log /dev/null; user root; worker_processes auto; daemon off;\n"
            "events { worker_connections 1024; }\n"
            f"http {{ access_log off; server {{ listen 127.0.0.1:{port}; root {folder}; autoindex on; autoindex_format json; }} }}\n"
        )
    process = subprocess.Popen(["nginx", "-c", path])
    try:
        time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
