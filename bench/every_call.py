#!/usr/bin/env python3
"""The real program on real mounts, ended or failed at every single system call.

  bench/every_call.py --tidelock target/release/tidelock --here DIR --there DIR [--stride 1]

DIR and DIR lie on two mounts. A small tree with one of everything is moved within the first mount
(one rename) and to the second (a staged copy), and each of these moves is undone. Where the first mount
keeps project quotas (in the virtual machine: `cargo xtask vm run bench/every_call.py ...`) the tree is
moved to another project of it too (retag and rename), and that is undone. strace(1) ends the
program with SIGKILL at its N-th call, for every N; then it lets the N-th call fail with EIO, ENOSPC
and EDQUOT. After `tidelock recover` everything must be exactly as before or exactly as after, and
a later move, or the undo once more, must work. `--stride 7` tries every seventh N only, `--injection
signal=KILL` one kind of disturbance only, `--only undo` what has that word in its name.
All of it takes hours: with `--log FILE` each try is noted down, and what the same program has been
tried with is not tried again; several at once, each in folders and a log of its own, take less, since most
of it is waiting. `--table FILE...` tries nothing and prints what such logs hold as Markdown. Prints one
JSON object a line; exits 1 if anything was wrong."""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import stat
import struct
import subprocess
import sys

from real_move import digest, say

# What touches files or the journal; every thread counts its own.
CALLS = (
    "openat,read,pread64,write,pwrite64,close,renameat,renameat2,linkat,unlink,unlinkat,mkdir,mkdirat,symlinkat,mknodat,"
    "fchmod,fchmodat,fchownat,fchown,utimensat,fsync,fdatasync,syncfs,ftruncate,copy_file_range,lseek,getdents64,statx,"
    "newfstatat,fsetxattr,lsetxattr,flistxattr,llistxattr,fgetxattr,lgetxattr,ioctl,fcntl,name_to_handle_at,readlinkat,flock"
)
INJECTIONS = ("signal=KILL", "error=EIO", "error=ENOSPC", "error=EDQUOT")
# linux/fs.h: struct fsxattr is flags, extent size, extents, project ID, extent size of copies, padding.
FSXATTR, FS_IOC_FSGETXATTR, FS_IOC_FSSETXATTR, FS_XFLAG_PROJINHERIT = "IIIII8x", 0x801C581F, 0x401C5820, 0x200
ALPHA, BETA = 1001, 1002


def project(path, becomes=None):
    """The project ID of a file or folder; a folder that is given one hands it down."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        told = fcntl.ioctl(descriptor, FS_IOC_FSGETXATTR, bytes(struct.calcsize(FSXATTR)))
        flags, extent, _, own, copies = struct.unpack(FSXATTR, told)
        if becomes is not None:
            given = struct.pack(FSXATTR, flags | FS_XFLAG_PROJINHERIT, extent, 0, becomes, copies)
            fcntl.ioctl(descriptor, FS_IOC_FSSETXATTR, given)
        return own
    finally:
        os.close(descriptor)


def projects(top):
    """All that files and folders are charged to; of symbolic links and pipes nobody tells."""
    found = {project(top)}
    for folder, folders, files in os.walk(os.fsencode(top)):
        paths = (os.path.join(folder, name) for name in folders + files)
        found |= {project(path) for path in paths if stat.S_IFMT(os.lstat(path).st_mode) in (stat.S_IFREG, stat.S_IFDIR)}
    return found


def make_tree(top):
    os.makedirs(os.path.join(top, "deep/deeper"))
    os.makedirs(os.path.join(top, "empty"))
    for name, size in (("small", 10), ("large", 700_000), ("deep/file", 3), ("none", 0)):
        with open(os.path.join(top, name), "wb") as file:
            file.write(os.urandom(size))
    with open(os.path.join(top, "sparse"), "wb") as file:
        file.truncate(8 << 20)
        os.pwrite(file.fileno(), b"data", 4 << 20)
    os.link(os.path.join(top, "small"), os.path.join(top, "deep/deeper/link"))
    os.symlink("nowhere", os.path.join(top, "dangling"))
    os.mkfifo(os.path.join(top, "fifo"))
    os.setxattr(os.path.join(top, "small"), "user.note", b"value")
    os.chmod(os.path.join(top, "deep"), 0o2750)
    with open(os.path.join(os.fsencode(top), b"bad-\xff\n-name"), "wb"):
        pass
    os.utime(os.path.join(top, "empty"), ns=(10**18, 10**18))


class Bench:
    def __init__(self, options):
        self.tidelock = os.path.abspath(options.tidelock)
        self.here, self.there = os.path.realpath(options.here), os.path.realpath(options.there)
        assert os.stat(self.here).st_dev != os.stat(self.there).st_dev, "the two folders must lie on two mounts"
        self.alpha, self.beta = (os.path.join(self.here, name) for name in ("alpha", "beta"))
        os.makedirs(self.alpha, exist_ok=True)
        self.keeps_projects = False
        with contextlib.suppress(OSError):
            project(self.alpha, ALPHA)
            self.keeps_projects = project(self.alpha) == ALPHA
        self.tree = os.path.join(self.alpha, "tree")
        self.state = os.path.join(self.here, "state")
        self.wanted = None

    def verb(self, verb, *rest):
        return [self.tidelock, verb, "--local", "--state", self.state, *rest]

    def quietly(self, command):
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode

    def fresh(self, destination):
        for path in (self.tree, self.state, destination):
            shutil.rmtree(path, ignore_errors=True)
        for folder in (self.alpha, self.here, self.there):
            for name in os.listdir(folder):
                if name.startswith(".tidelock-"):
                    path = os.path.join(folder, name)
                    is_folder = stat.S_ISDIR(os.lstat(path).st_mode)
                    shutil.rmtree(path) if is_folder else os.unlink(path)
        subprocess.run(["cp", "-a", self.tree + "-original", self.tree], check=True)
        os.makedirs(destination)
        if self.keeps_projects and destination.startswith(self.here + "/"):
            project(destination, BETA if destination.startswith(self.beta) else ALPHA)

    def order(self, destination, undoes):
        """What is to be disturbed, with everything ready for it."""
        self.fresh(destination)
        if not undoes:
            return self.move(destination)
        told = subprocess.run([*self.move(destination), "--json"], check=True, capture_output=True, timeout=120).stdout
        return self.verb("undo", "--yes", json.loads(told.splitlines()[-1])["id"])

    def count(self, destination, undoes):
        """Of each call, how often the busiest thread makes it when undisturbed: strace counts so."""
        order = self.order(destination, undoes)
        log = os.path.join(self.here, "calls")
        subprocess.run(["strace", "-f", "-qq", "-e", "trace=" + CALLS, "-o", log, *order], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        made = {}
        with open(log, errors="replace") as lines:
            for line in lines:
                thread, _, call = line.partition(" ")
                name = call.strip().partition("(")[0]
                if name in CALLS.split(","):
                    made[name, thread] = made.get((name, thread), 0) + 1
        os.unlink(log)
        times = {}
        for (name, _), count in made.items():
            times[name] = max(times.get(name, 0), count)
        return times

    def move(self, destination):
        return self.verb("mv", "--yes", self.tree, destination + "/")

    def disturb(self, destination, undoes, call, number, injection):
        order = self.order(destination, undoes)
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                  "-e", f"inject={call}:{injection}:when={number}"]
        ended = self.quietly([*strace, *order])
        recovered = self.quietly(self.verb("recover"))
        # A state folder that was never made has nothing to recover.
        if recovered == 5 and not os.path.lexists(os.path.join(self.state, "journal.sqlite")):
            recovered = 0
        arrived = os.path.join(destination, "tree")
        is_here, is_there = os.path.lexists(self.tree), os.path.lexists(arrived)
        found = digest(self.tree if is_here else arrived)[0] if is_here != is_there else None
        hidden = [name for folder in (self.alpha, self.here, self.there, destination) for name in os.listdir(folder)
                  if name.startswith(".tidelock-")]
        if (is_there or undoes) and any(name.endswith(".retired") for name in hidden):
            # What an undo needs, and the record that describes it; an undone copy is kept too.
            hidden = [name for name in hidden if not name.endswith((".retired", ".record"))]
        if self.keeps_projects and found and (is_here or destination.startswith(self.here + "/")):
            charged = projects(self.tree if is_here else arrived)
            if charged != {project(self.alpha if is_here else destination)}:
                found = sorted(charged)
        # Whatever happened: the next move works, or the undo that has not happened.
        next_one = 0
        if is_here:
            next_one = self.quietly(self.move(destination))
        elif undoes:
            next_one = self.quietly(order)
        good = recovered == 0 and found == self.wanted and not hidden and next_one == 0
        return good, dict(exit=ended, recover=recovered, here=is_here, there=is_there, same=found == self.wanted,
                          hidden=hidden, next=next_one)


class Log:
    """What one program has been tried with, and how it ended."""

    def __init__(self, path, program):
        with open(program, "rb") as file:
            self.program = hashlib.sha256(file.read()).hexdigest()[:16]
        self.known = {}
        if os.path.isfile(path):
            with open(path) as lines:
                tries = (json.loads(line) for line in lines)
                self.known = {tuple(one["key"]): one["ended"] for one in tries if one["program"] == self.program}
        self.file = open(path, "a")

    def outcome(self, key):
        return self.known.get(tuple(key))

    def add(self, key, ended):
        self.file.write(json.dumps({"program": self.program, "key": key, "ended": ended}) + "\n")
        self.file.flush()


def table(paths):
    """What logs of tries hold, of each program a table."""
    programs = {}
    for path in paths:
        with open(path) as lines:
            for one in map(json.loads, lines):
                move, injection, call, number = one["key"]
                programs.setdefault(one["program"], {})[move, injection, call, number] = one["ended"]
    for program, tries in programs.items():
        print(f"Program {program}: {len(tries)} tries\n")
        print("| | disturbed by | at calls | everything as before | everything as after | wrong |\n|---|---|--:|--:|--:|--:|")
        rows = {}
        for (move, injection, _, _), ended in tries.items():
            row = rows.setdefault((move, injection), {"before": 0, "after": 0, "wrong": 0})
            row[ended] += 1
        for (move, injection), row in rows.items():
            how = injection.partition("=")[2].replace("KILL", "SIGKILL")
            print(f"| {move} | {how} | {sum(row.values())} | {row['before']} | {row['after']} | {row['wrong']} |")
        print()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tidelock")
    arguments.add_argument("--here")
    arguments.add_argument("--there")
    arguments.add_argument("--table", nargs="+", metavar="FILE")
    arguments.add_argument("--stride", type=int, default=1)
    arguments.add_argument("--injection", choices=INJECTIONS, action="append")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--log", default=os.devnull)
    options = arguments.parse_args()
    if options.table:
        return table(options.table)
    if not (options.tidelock and options.here and options.there):
        arguments.error("--tidelock, --here and --there say what is tried where")
    bench = Bench(options)
    log = Log(options.log, options.tidelock)
    shutil.rmtree(bench.tree + "-original", ignore_errors=True)
    make_tree(bench.tree + "-original")
    bench.wanted, _ = digest(bench.tree + "-original")
    wrong = 0
    moves = (("rename", bench.here, False), ("staged copy", bench.there, False),
             ("undo of a rename", bench.here, True), ("undo of a staged copy", bench.there, True))
    if bench.keeps_projects:
        moves += (("retag", bench.beta, False), ("undo of a retag", bench.beta, True))
    for what, folder, undoes in (move for move in moves if options.only in move[0]):
        destination = os.path.join(folder, "arrived")
        times = bench.count(destination, undoes)
        everything = [(call, number) for call in sorted(times) for number in range(1, times[call] + 1)]
        for injection in options.injection or INJECTIONS:
            tried, ended = 0, {}
            for call, number in everything[::options.stride]:
                key = [what, injection, call, number]
                place = log.outcome(key)
                if place is None:
                    good, seen = bench.disturb(destination, undoes, call, number, injection)
                    place = "wrong" if not good else "after" if seen["there"] != undoes else "before"
                    log.add(key, place)
                    if not good:
                        say(what="wrong", move=what, injection=injection, call=call, number=number, **seen)
                tried += 1
                wrong += place == "wrong"
                ended[place] = ended.get(place, 0) + 1
            say(what="tried", move=what, injection=injection, calls=len(everything), tried=tried, ended=ended)
    shutil.rmtree(bench.alpha)
    say(what="verdict", wrong=wrong)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
