#!/usr/bin/env python3
"""A large real tree between two real mounts, beside `mv`, and killed at random.

  bench/real_move.py --tidelock target/release/tidelock --tree /usr --here DIR --there DIR [--kills 10]

DIR and DIR lie on two mounts. A copy of the tree is made in `here`; then, in turn, `mv` and
`tidelock mv --local` move it to `there`, with time and peak memory. The arrived tree is
compared with the original by names, kinds, modes, owners, times, extended attributes, hard
links, holes and content. Then the move is killed with SIGKILL at random moments; after
`tidelock recover` everything must be exactly as before or exactly as after.
Prints one JSON object a line; exits 1 on any difference."""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time


def digest(top):
    """One number for everything that a faithful mover keeps, and how many entries there were."""
    lines, links = [], {}
    for folder, folders, files in os.walk(os.fsencode(top)):
        for name in folders + files + [b"."]:
            path = os.path.join(folder, name)
            if name == b"." and folder != os.fsencode(top):
                continue
            status = os.lstat(path)
            below = os.path.relpath(path, os.fsencode(top))
            line = [below, status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, status.st_rdev]
            if stat.S_ISLNK(status.st_mode):
                line.append(os.readlink(path))
            else:
                line += [(key, os.getxattr(path, key)) for key in sorted(os.listxattr(path))]
            if stat.S_ISREG(status.st_mode):
                line.append(status.st_size)
                # Whether it has holes; how blocks are counted differs between file systems.
                line.append(status.st_size >= 1 << 20 and status.st_blocks * 512 < status.st_size // 2)
                if status.st_nlink > 1:
                    links.setdefault(status.st_ino, []).append(below)
                with open(path, "rb") as file:
                    line.append(hashlib.file_digest(file, "blake2b").hexdigest())
            lines.append(repr(line))
    lines += sorted("links " + repr(sorted(group)) for group in links.values())
    whole = hashlib.blake2b(digest_size=16)
    for line in sorted(lines):
        whole.update(line.encode() + b"\n")
    return whole.hexdigest(), len(lines)


def say(**what):
    print(json.dumps(what), flush=True)


def timed(command):
    """Runs a command; seconds, peak memory of it in MiB, exit status, output."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            try:
                with open(f"/proc/{process.pid}/status") as status:
                    peak = max([peak] + [int(line.split()[1]) for line in status if line.startswith("VmHWM")])
            except OSError:
                pass
            time.sleep(0.02)
        seconds = time.monotonic() - begun
        output.seek(0)
        return seconds, peak / 1024, process.returncode, output.read()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("tidelock", "tree", "here", "there"):
        arguments.add_argument("--" + name, required=True)
    arguments.add_argument("--kills", type=int, default=10)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    here, there = os.path.realpath(options.here), os.path.realpath(options.there)
    assert os.stat(here).st_dev != os.stat(there).st_dev, "the two folders must lie on two mounts"
    state = os.path.join(here, "state")
    tree, moved = os.path.join(here, "tree"), os.path.join(there, "tree")
    verb = lambda verb, *rest: [options.tidelock, verb, "--local", "--state", state, *rest]
    subprocess.run(["cp", "-a", options.tree, tree], check=True)
    wanted, entries = digest(tree)
    say(what="tree", entries=entries, bytes=int(subprocess.check_output(["du", "-s", "-B1", tree]).split()[0]))
    wrong = 0

    def purge_all():
        for line in subprocess.check_output(verb("moves", "--json")).splitlines():
            move = json.loads(line)
            if move["can_purge"]:
                subprocess.run(verb("purge", "--yes", move["id"]), check=True, stdout=subprocess.DEVNULL)

    for _ in range(options.rounds):
        # The tree is read by both from the same cache; each ends with its data on disk.
        seconds, memory, status, _ = timed(["sh", "-c", f"mv '{tree}' '{there}/' && sync -f '{there}'"])
        say(what="mv", seconds=round(seconds, 2), entries_per_second=round(entries / seconds), peak_mib=round(memory), exit=status)
        subprocess.run(["cp", "-a", moved, tree], check=True)
        shutil.rmtree(moved)
        assert digest(tree)[0] == wanted
        seconds, memory, status, output = timed(verb("mv", "--yes", "--json", tree, there + "/"))
        kept = digest(moved)[0] == wanted if os.path.lexists(moved) else False
        gone = not os.path.lexists(tree)
        say(what="tidelock mv", seconds=round(seconds, 2), entries_per_second=round(entries / seconds), peak_mib=round(memory),
            exit=status, everything_kept=kept, source_gone=gone)
        wrong += not (kept and gone and status == 0)
        move = json.loads(output.splitlines()[-1])["id"]
        seconds, _, status, _ = timed(verb("undo", "--yes", move))
        back = os.path.lexists(tree) and digest(tree)[0] == wanted
        say(what="tidelock undo", seconds=round(seconds, 2), exit=status, everything_back=back)
        wrong += not back
        purge_all()
    dice = random.Random(options.seed)
    begun = time.monotonic()
    subprocess.run(verb("mv", "--yes", tree, there + "/"), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds_of_a_move = time.monotonic() - begun
    last = json.loads(subprocess.check_output(verb("moves", "--json")).splitlines()[0])["id"]
    subprocess.run(verb("undo", "--yes", last), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    purge_all()
    for number in range(options.kills):
        after = dice.uniform(0.0, seconds_of_a_move)
        process = subprocess.Popen(verb("mv", "--yes", tree, there + "/"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
        seconds, memory, status, _ = timed(verb("recover"))
        is_here, is_there = os.path.lexists(tree), os.path.lexists(moved)
        found = digest(tree if is_here else moved)[0] if is_here != is_there else None
        good = status == 0 and found == wanted
        say(what="kill", number=number, after_seconds=round(after, 2), recover_seconds=round(seconds, 2), recover_exit=status,
            ended="before" if is_here else "after", peak_mib=round(memory), exactly=good)
        wrong += not good
        if is_there:
            last = json.loads(subprocess.check_output(verb("moves", "--json")).splitlines()[0])["id"]
            subprocess.run(verb("undo", "--yes", last), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        purge_all()
        left = [name for folder in (here, there) for name in os.listdir(folder) if name.startswith(".tidelock-")]
        if left:
            say(what="left behind", names=left)
            wrong += 1
    say(what="verdict", wrong=wrong)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
