#!/usr/bin/env python3
"""How much memory a move of very many entries takes, read off the process itself.

  bench/many_entries.py --tidelock target/release/tidelock --here DIR --there DIR [--entries 10000000]

The two folders lie on two mounts, so the move is a staged copy. In `here` a tree of so many empty
files is made, a thousand in each folder; `tidelock mv --local` moves it and `tidelock undo` brings
it back. Prints a JSON object for each: seconds and the peak resident memory that the kernel counted.
Exits 1 if anything failed or not every entry arrived."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

FILES_A_FOLDER = 1000


def make(top, entries):
    """Makes folders of a thousand empty files, each in one of a thousand folders at most."""
    os.mkdir(top)
    made = 1
    while made < entries:
        folder = os.path.join(top, f"{made // 1_000_000:04}", f"{made // 1000:08}")
        made += 2 if not os.path.isdir(os.path.dirname(folder)) else 1
        os.makedirs(folder)
        at = os.open(folder, os.O_PATH)
        for number in range(min(FILES_A_FOLDER, entries - made)):
            os.close(os.open(f"file-{number:06}", os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o644, dir_fd=at))
            made += 1
        os.close(at)
    return made


def count(top):
    """How many entries are there, without holding them."""
    found, folders = 1, [top]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                found += 1
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return found


def measured(command):
    """Seconds, peak resident MiB and exit code of a command."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    return {
        "seconds": round(seconds, 1),
        "processor_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024, 1),
        "exit": process.returncode,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidelock", required=True)
    parser.add_argument("--here", required=True)
    parser.add_argument("--there", required=True)
    parser.add_argument("--entries", type=int, default=10_000_000)
    given = parser.parse_args()
    here, there = os.path.join(given.here, "many"), os.path.join(given.there, "many")
    made = make(here, given.entries)
    print(json.dumps({"entries": made}), flush=True)
    is_whole = True
    with tempfile.TemporaryDirectory() as state:
        def verb(name, *rest):
            return [given.tidelock, name, "--local", "--state", state, *rest]

        def last():
            return json.loads(subprocess.check_output(verb("moves", "--json")).splitlines()[0])["id"]

        def undo():
            return verb("undo", "--yes", last())

        def move():
            return verb("mv", "--yes", here, given.there + "/")

        for command, arrives in [(move, there), (undo, here)]:
            figures = measured(command())
            arrived = count(arrives) if figures["exit"] == 0 else 0
            print(json.dumps({"what": command.__name__, **figures, "arrived": arrived}), flush=True)
            is_whole = is_whole and arrived == made
    sys.exit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
