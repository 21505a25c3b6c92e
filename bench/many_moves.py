#!/usr/bin/env python3
"""Very many moves in one server: waiting, running, cancelled, and remembered.

  bench/many_moves.py --tidelock target/release/tidelock [--moves 1000] [--at-once 100] [--past 10000] [--on DIR]

First so many moves are started at once, each of a folder of a hundred files that is copied at a bounded rate, and so
many of them run at the same time: how long a start takes to be answered, how long a cancel, what the server needs in memory, and
how far the order in which they end is from the order in which they were started. Then small moves until the
journal remembers `--past` of them, and how long a server takes to be ready with that. Prints a JSON object for each."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

from serving import Server

FILES = 100
FILES_A_SECOND = 20_000


def folders(top, count, files):
    """Folders that can be moved, and one to move them to."""
    for number in range(count):
        folder = os.path.join(top, f"from/{number:05}")
        os.makedirs(folder)
        for file in range(files):
            with open(os.path.join(folder, f"{file:03}"), "wb") as made:
                made.write(b"x")
    os.makedirs(os.path.join(top, "to"), exist_ok=True)


def wanted(top, number, verb):
    return {"verb": verb, "sources": [f"{top}/from/{number:05}"], "destination": f"{top}/to"}


def peak_mib(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        return next(round(int(line.split()[1]) / 1024, 1) for line in status if line.startswith("VmHWM"))


def until_ended(server, moves):
    """Waits for the end of moves; answers the times at which they ended, in the order given."""
    ended = {}
    while len(ended) < len(moves):
        told, _, _ = server.ask("moves", {})
        for move in told:
            if move["state"] in ("done", "undone", "stuck"):
                ended[move["id"]] = (move["finished_ms"], move["state"])
        for move in [move for move in moves if move not in ended][:20]:
            detail, _, _ = server.ask("move_detail", {"id": move})
            if detail["state"] in ("done", "undone", "stuck"):
                ended[move] = (detail["finished_ms"], detail["state"])
        time.sleep(0.2)
    return [ended[move] for move in moves]


def many_at_once(server, top, count, at_once):
    limits = {"moves_at_once": at_once, "operations_per_second": FILES_A_SECOND, "bytes_per_second": None}
    server.ask("set_limits", {"limits": limits})
    idle = peak_mib(server)
    begun = time.monotonic()
    answered, moves = [], []
    for number in range(count):
        move, seconds, _ = server.ask("start_move", {"request": wanted(top, number, "copy")})
        answered.append(seconds * 1000)
        moves.append(move["id"])
    started = time.monotonic() - begun
    cancelled = []
    for move in moves[-10:]:
        _, seconds, _ = server.ask("cancel_move", {"id": move})
        cancelled.append(seconds * 1000)
    ends = until_ended(server, moves)
    took = time.monotonic() - begun
    done = [(at, place) for place, (at, state) in enumerate(ends) if state == "done"]
    apart = [abs(place - rank) for rank, (_, place) in enumerate(sorted(done))]
    return {
        "moves": count,
        "at_once": at_once,
        "done": len(done),
        "stuck": sum(state == "stuck" for _, state in ends),
        "start_answered_p50_ms": round(statistics.median(answered), 1),
        "start_answered_max_ms": round(max(answered), 1),
        "cancel_answered_max_ms": round(max(cancelled), 1),
        "all_started_seconds": round(started, 1),
        "all_ended_seconds": round(took, 1),
        "places_apart_max": max(apart),
        "idle_mib": idle,
        "peak_mib": peak_mib(server),
    }


def remembered(tidelock, top, state, past):
    with Server(tidelock, top, state) as server:
        server.until_ready()
        server.ask("set_limits", {"limits": {"moves_at_once": 4, "operations_per_second": None, "bytes_per_second": None}})
        known = server.ask("moves", {})[0]
        number = int(known[0]["id"].rsplit("-", 1)[1]) if known else 0
        os.makedirs(f"{top}/there", exist_ok=True)
        here, there = f"{top}/from/00000", f"{top}/there/00000"
        begun, first = time.monotonic(), number
        while number < past:
            source, into = (here, f"{top}/there") if os.path.exists(here) else (there, f"{top}/from")
            move, _, _ = server.ask("start_move", {"request": {"sources": [source], "destination": into}})
            number = int(move["id"].rsplit("-", 1)[1])
            while server.ask("move_detail", {"id": move["id"]})[0]["state"] != "done":
                time.sleep(0.001)
        rate = (number - first) / (time.monotonic() - begun)
    # From the program's start until it answers that it is ready.
    ready = []
    for _ in range(5):
        begun = time.monotonic()
        with Server(tidelock, top, state) as server:
            server.until_ready()
            ready.append(time.monotonic() - begun)
            memory = server.memory_mib()
    return {"remembered": number, "moves_a_second": round(rate, 1), "ready_seconds": round(statistics.median(ready), 3), "idle_mib": round(memory, 1)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidelock", required=True)
    parser.add_argument("--moves", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=100)
    parser.add_argument("--past", type=int, default=10_000)
    parser.add_argument("--on")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.on) as top, tempfile.TemporaryDirectory(dir=given.on) as state:
        top = os.path.realpath(top)
        folders(top, given.moves, FILES)
        with Server(given.tidelock, top, state) as server:
            server.until_ready()
            figures = many_at_once(server, top, given.moves, given.at_once)
        print(json.dumps(figures), flush=True)
        print(json.dumps(remembered(given.tidelock, top, state, given.past)), flush=True)
        sys.exit(1 if figures["stuck"] else 0)


if __name__ == "__main__":
    main()
