#!/usr/bin/env python3
"""Thousands of open boards beside a running move: what each costs the server, and how late they are.

  bench/feed.py --tidelock target/release/tidelock --listeners target/release/listeners [--counts 1000,5000]

Makes a large file below a scratch folder, serves it with `tidelock serve`, and copies it at a
bounded rate, so that the move has something new to say at each look of the feed (ten times a second).
For each count it then opens so many connections to the feed, counts what they hear, and reads the
processor time of the server's answering threads and its resident memory from the kernel before and after. Prints a JSON object for
each count. The listeners run on the same machine and take processor time of their own."""

import argparse
import json
import os
import subprocess
import tempfile
import time

from serving import Server

BYTES_A_SECOND = 100 << 20


def make(top, seconds):
    """A file that takes so long to be copied."""
    os.mkdir(top)
    with open(os.path.join(top, "large"), "wb") as file:
        for _ in range(seconds * BYTES_A_SECOND >> 20):
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


def boards(tidelock, listeners, count, seconds, on=None):
    """What so many open boards hear in that time, and what they cost."""
    with tempfile.TemporaryDirectory(dir=on) as top, tempfile.TemporaryDirectory(dir=on) as state, Server(tidelock, top, state) as server:
        server.until_ready()
        # They take a while to be opened, and the copy is not to end before they have heard enough.
        make(os.path.join(top, "tree"), seconds + 15)
        os.mkdir(os.path.join(top, "copies"))
        limits = {"moves_at_once": 1, "operations_per_second": None, "bytes_per_second": BYTES_A_SECOND}
        server.ask("set_limits", {"limits": limits})
        wanted = {"verb": "copy", "sources": [f"{top}/tree"], "destination": f"{top}/copies"}
        server.ask("start_move", {"request": wanted})
        time.sleep(2)
        _, before = spent(server.process.pid)
        address, bearer = server.url.removeprefix("http://").rstrip("/"), f"Authorization: Bearer {server.token}"
        words = [listeners, address, bearer, str(count), str(seconds)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as listening:
            opened = json.loads(listening.stdout.readline())
            busy, _ = spent(server.process.pid)
            time.sleep(seconds - 1)
            later, with_them = spent(server.process.pid)
            heard = json.loads(listening.stdout.readline())
    share = heard["messages"] * (seconds - 1) / heard["seconds"]
    costs = {"microseconds_a_message": (later - busy) / share * 1e6, "kib_a_listener": (with_them - before) * 1024 / count}
    return {**opened, **heard, **costs}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidelock", required=True)
    parser.add_argument("--listeners", required=True)
    parser.add_argument("--counts", default="1000,5000")
    parser.add_argument("--seconds", type=int, default=10)
    given = parser.parse_args()
    for count in map(int, given.counts.split(",")):
        print(json.dumps(boards(given.tidelock, given.listeners, count, given.seconds)), flush=True)


if __name__ == "__main__":
    main()
