#!/usr/bin/env python3
"""Thousands of open boards beside a running move: what each costs the server, and how late they are.

  bench/feed.py --tidelock target/release/tidelock --listeners target/release/listeners [--counts 1000,5000]

Makes a large file below a scratch folder, serves it with `tidelock serve`, and copies it at a
bounded rate, so that the move has something new to say at each look of the feed (ten times a second).
For each count it then opens so many connections to the feed, counts what they hear, and reads the
processor time of the server's answering threads and its resident memory from the kernel before and after. Prints a JSON object for
each count. The listeners run on the same machine and take processor time of their own."""

import argparse
import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

MEBIBYTES = 3500
BYTES_A_SECOND = 100 << 20


def make(top):
    os.mkdir(top)
    with open(os.path.join(top, "large"), "wb") as file:
        for _ in range(MEBIBYTES):
            file.write(b"x" * (1 << 20))


def spent(pid):
    """Processor seconds of the threads that answer requests, without those that copy; and resident MiB."""
    ticks = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/stat", encoding="ascii") as stat:
            name, fields = stat.read().split("(", 1)[1].rsplit(")", 1)
        if name.startswith("tokio"):
            ticks += sum(map(int, fields.split()[11:13]))
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
    return ticks / os.sysconf("SC_CLK_TCK"), resident / 1024


class Server:
    """`tidelock serve` on a folder, and whoever is signed in by its link."""

    def __init__(self, program, root, state):
        words = [program, "serve", "--listen", "127.0.0.1:0", "--root", root, "--state", state]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        link = urllib.parse.urlsplit(next(line.strip() for line in self.process.stdout if line.startswith("http")))
        self.address = link.netloc
        self.cookie = ""
        answer = self.ask("GET", link.path)
        self.cookie = answer.getheader("set-cookie").split(";")[0]

    def ask(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"cookie": self.cookie, "origin": f"http://{self.address}", "content-type": "application/json"}
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        answer.text = answer.read()
        if answer.status >= 400:
            sys.exit(f"{path}: {answer.status} {answer.text.decode()}")
        return answer

    def call(self, name, **arguments):
        return json.loads(self.ask("POST", f"/api/{name}", arguments).text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidelock", required=True)
    parser.add_argument("--listeners", required=True)
    parser.add_argument("--counts", default="1000,5000")
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    with contextlib.ExitStack() as stack:
        top, state = (stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(2))
        make(os.path.join(top, "tree"))
        os.mkdir(os.path.join(top, "copies"))
        server = Server(given.tidelock, os.path.realpath(top), state)
        stack.callback(server.process.kill)
        server.call("set_limits", limits={"moves_at_once": 1, "operations_per_second": None, "bytes_per_second": BYTES_A_SECOND})
        wanted = {"verb": "copy", "sources": [f"{os.path.realpath(top)}/tree"], "destination": f"{os.path.realpath(top)}/copies"}
        server.call("start_move", request=wanted)
        time.sleep(2)
        for count in map(int, given.counts.split(",")):
            _, before = spent(server.process.pid)
            words = [given.listeners, server.address, server.cookie, str(count), str(given.seconds)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as listening:
                opened = json.loads(listening.stdout.readline())
                busy, _ = spent(server.process.pid)
                time.sleep(given.seconds - 1)
                later, with_them = spent(server.process.pid)
                heard = json.loads(listening.stdout.readline())
            share = heard["messages"] * (given.seconds - 1) / heard["seconds"]
            print(json.dumps({
                **opened, **heard,
                "server_microseconds_a_message": round((later - busy) / share * 1e6, 2),
                "server_kib_a_listener": round((with_them - before) * 1024 / count, 1),
            }), flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main()
