"""What is compared, each case against the peer or the floor that its goal names first."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from datasets import empty_files, flat_folder, large_files, small_files
from feed import boards
from many_moves import folders, many_at_once, remembered
from measure import Contestant, run, sync
from mounts import drop_caches
from real_move import digest
from serving import Server, first_rows, in_nginx, load

SMALL_ROWS = 100


class Cases:
    """Makes data once and the contestants of each case. A name is `GOAL what`."""

    def __init__(self, tidelock, floors, mounts, options):
        self.tidelock, self.floors, self.mounts, self.options = tidelock, floors, mounts, options
        self.digests = {}

    def all(self):
        """Pairs of a case's name and a function that answers its contestants, or None where it cannot be done."""
        on_xfs = self.mounts.xfs is not None
        is_root = os.geteuid() == 0
        return {
            "G1 copy of small files": self.small,
            "G2 copy of large files": self.large,
            "G3 copy of small files within XFS": self.reflinked if on_xfs else None,
            "G3 copy of large files within XFS": self.large_reflinked if on_xfs else None,
            "G4 other project for a tree, XFS": self.retag if on_xfs and is_root else None,
            "G5 plan, warm": self.plan,
            "G5 plan, cold": self.plan_cold if is_root else None,
            "G6 deletion": self.deletion,
            "G7 one file": self.one_file,
            "G7 one file, asked of a server": self.one_file_served,
            "G9 a journal of ten thousand moves": self.remembered,
            "G11 first 256 of a million": self.listing,
            "G12 a hundred entries, 64 connections": self.load,
            "G15 open boards": self.boards,
            "G17 idle server": self.idle,
            "G20 a thousand moves at once": self.many,
        }

    # Data

    def data(self, kind, top):
        path = os.path.join(top, kind)
        if not os.path.exists(path):
            unfinished = path + ".unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            make, how_many = {
                "small": (small_files, self.options.files),
                "large": (large_files, self.options.mebibytes),
                "tree": (empty_files, self.options.entries),
                "flat": (flat_folder, self.options.entries),
            }[kind]
            make(unfinished, how_many)
            os.rename(unfinished, path)
            sync(top)
        return path

    def keeps(self, source, copy):
        def check():
            if source not in self.digests:
                self.digests[source] = digest(source)
            return "all" if digest(copy) == self.digests[source] else "not all"

        return check

    # Tidelock's verbs

    def verb(self, verb, *rest):
        return [self.tidelock, verb, "--local", "--state", self.mounts.state, *rest]

    def newest(self):
        moves = subprocess.check_output(self.verb("moves", "--json"), text=True)
        return json.loads(moves.splitlines()[0])["id"]

    # Copies

    def copies(self, source, top, peers):
        """Contestants that make a copy of `source` in `top`; a peer is a command to the copy's path."""
        into = os.path.join(top, "copies")
        copy = os.path.join(into, os.path.basename(source))

        def before():
            os.makedirs(into, exist_ok=True)
            # All begin with the source in memory and nothing left to write.
            # Not to /dev/null itself: tar reads nothing for that.
            subprocess.run(["sh", "-c", 'tar -cf - "$1" 2> /dev/null | cat > /dev/null', "sh", source], check=True)
            sync(top)

        def after():
            shutil.rmtree(into)
            sync(top)

        made = {"before": before, "after": after, "durable_on": top}
        check = self.keeps(source, copy)
        contestants = [
            Contestant(name, command(copy), check=None if name.startswith("floor") else check, **made)
            for name, command in peers
            if shutil.which(command(copy)[0])
        ]
        ours = self.verb("cp", "--yes", source, into + "/")
        return [*contestants, Contestant("tidelock cp", ours, check=check, **made)]

    def small(self):
        source = self.data("small", self.mounts.source)
        floor = lambda copy: [self.floors, "create", copy, str(self.options.files), "2"]
        return self.copies(source, self.mounts.destination, [*peers_of(source), ("floor: create and write", floor)])

    def large(self):
        source = self.data("large", self.mounts.source)
        return self.copies(source, self.mounts.destination, peers_of(source))

    def reflinked(self):
        source = self.data("small", self.mounts.xfs)
        cp = lambda how: lambda copy: ["cp", "-a", f"--reflink={how}", source, copy]
        return self.copies(source, self.mounts.xfs, [("cp -a, data", cp("never")), ("cp -a --reflink", cp("always"))])

    def large_reflinked(self):
        source = self.data("large", self.mounts.xfs)
        return self.copies(source, self.mounts.xfs, [("cp -a --reflink", lambda copy: ["cp", "-a", "--reflink=always", source, copy])])

    # Project IDs

    def retag(self):
        small = self.data("small", self.mounts.xfs)
        projects = {os.path.join(self.mounts.xfs, f"project-{number}"): number for number in (101, 102)}
        for folder, number in projects.items():
            os.makedirs(folder, exist_ok=True)
            subprocess.run(["xfs_io", "-c", f"chproj {number}", "-c", "chattr +P", folder], check=True)
        places = [os.path.join(folder, "small") for folder in projects]
        if not any(os.path.exists(place) for place in places):
            subprocess.run(["cp", "-a", "--reflink=auto", small, places[0]], check=True)

        def here():
            return next(place for place in places if os.path.exists(place))

        def begin():
            """As it would be in a project: all of it charged there, folders handing it down."""
            number = projects[os.path.dirname(here())]
            subprocess.run(["xfs_quota", "-x", "-c", f"project -s -p {here()} {number}", self.mounts.xfs], check=True, capture_output=True)
            sync(self.mounts.xfs)

        def move():
            there = next(folder for folder in projects if folder != os.path.dirname(here()))
            return self.verb("mv", "--yes", here(), there + "/")

        made = {"before": begin, "durable_on": self.mounts.xfs}
        return [
            Contestant("floor: get and set, 1 thread", lambda: [self.floors, "retag", here(), "103", "1"], **made),
            Contestant("floor: get and set, 2 threads", lambda: [self.floors, "retag", here(), "103", "2"], **made),
            Contestant("xfs_quota project -s", lambda: ["xfs_quota", "-x", "-c", f"project -s -p {here()} 103", self.mounts.xfs], **made),
            Contestant("tidelock mv", move, **made),
        ]

    # Reading a tree

    def scans(self, before):
        tree = self.data("tree", self.mounts.source)
        os.makedirs(os.path.join(self.mounts.source, "into"), exist_ok=True)
        plan = self.verb("plan", tree, os.path.join(self.mounts.source, "into/"))
        return [
            Contestant("floor: getdents and statx, 2 threads", [self.floors, "scan", tree, "2"], before=before),
            Contestant("floor: the same, 8 threads", [self.floors, "scan", tree, "8"], before=before),
            Contestant("du -s", ["du", "-s", tree], before=before),
            Contestant("find -printf", ["find", tree, "-printf", "%b %n\n"], before=before),
            Contestant("tidelock plan", plan, before=before),
        ]

    def plan(self):
        tree = self.data("tree", self.mounts.source)
        return self.scans(lambda: subprocess.run([self.floors, "scan", tree, "2"], check=True, stdout=subprocess.DEVNULL))

    def plan_cold(self):
        return self.scans(drop_caches)

    # Deletion

    def deletion(self):
        source, top = self.data("small", self.mounts.source), self.mounts.destination
        tree = os.path.join(top, "to-be-deleted")

        def before():
            subprocess.run(["cp", "-a", source, tree], check=True)
            sync(top)

        def in_trash():
            before()
            subprocess.run(self.verb("trash", "--yes", tree), check=True, capture_output=True)
            sync(top)

        return [
            Contestant("rm -rf", ["rm", "-rf", tree], before=before, durable_on=top),
            Contestant("floor: unlink, 2 threads", [self.floors, "remove", tree, "2"], before=before, durable_on=top),
            Contestant("tidelock purge", lambda: self.verb("purge", "--yes", self.newest()), before=in_trash, durable_on=top),
        ]

    # What a move costs by itself

    def one_file(self):
        here, there = (os.path.join(self.mounts.source, folder) for folder in ("one-here", "one-there"))
        for folder in (here, there):
            os.makedirs(folder, exist_ok=True)
        file = os.path.join(here, "file")

        def before():
            with open(file, "w") as made:
                made.write("content")
            sync(here)

        def measure_syncs():
            """The same under strace: what is synced from the move's acceptance on, and how often."""
            trace = os.path.join(self.mounts.work, "syncs")
            subprocess.run(["strace", "-f", "-y", "-e", "trace=fsync,fdatasync,syncfs", "-o", trace, *move], check=True, capture_output=True)
            with open(trace) as lines:
                synced = re.findall(r"sync(?:fs)?\(\d+<([^>]*)>", lines.read())
            return {"syncs": len(synced), "commits": sum(path.endswith("-wal") for path in synced)}

        move = self.verb("mv", "--yes", file, there + "/")
        after = lambda: os.remove(os.path.join(there, "file"))
        probe = os.path.join(self.mounts.work, "sync-probe")
        contestants = [
            Contestant("floor: one fdatasync", measure=lambda: self.fdatasync(probe)),
            Contestant("mv", ["mv", file, there], before=before, after=after, durable_on=here),
            Contestant("tidelock mv, a process of its own", move, before=before, after=after),
        ]
        if shutil.which("strace"):
            contestants.append(Contestant("tidelock mv, its syncs", before=before, after=after, measure=measure_syncs))
        return contestants

    def fdatasync(self, path):
        said = subprocess.check_output([self.floors, "sync", path, "500"], text=True)
        return {"seconds": float(said.split()[0])}

    def one_file_served(self):
        top = self.mounts.source
        for folder in ("served/here", "served/there"):
            os.makedirs(os.path.join(top, folder), exist_ok=True)
        probe = os.path.join(self.mounts.work, "sync-probe")

        def measure():
            with Server(self.tidelock, top, self.mounts.state) as server:
                taken = []
                for number in range(20):
                    name = f"{os.getpid()}-{number}"
                    with open(os.path.join(top, "served/here", name), "w") as made:
                        made.write("content")
                    request = {"sources": [os.path.join(top, "served/here", name)], "destination": os.path.join(top, "served/there")}
                    begun = time.monotonic()
                    move = server.ask("start_move", {"request": request, "key": None})[0]["id"]
                    while server.ask("move_detail", {"id": move})[0]["state"] != "done":
                        time.sleep(0.0005)
                    taken.append(time.monotonic() - begun)
                    os.remove(os.path.join(top, "served/there", name))
            return {"seconds": sorted(taken)[len(taken) // 2]}

        return [
            Contestant("floor: one fdatasync", measure=lambda: self.fdatasync(probe)),
            Contestant("tidelock, one move after the other", measure=measure),
        ]

    # The server

    def listing(self):
        folder = self.data("flat", self.mounts.source)

        def measure():
            with Server(self.tidelock, self.mounts.source, self.mounts.state) as server:
                if os.geteuid() == 0:
                    drop_caches()
                before = server.memory_mib()
                request = first_rows(folder, 256)
                told, cold, sent = server.ask("folder", request)
                warm = sorted(server.ask("folder", request)[1] for _ in range(3))[1]
                request["request"] |= {"reading": told["rows"]["reading"], "seek": {"row": 500_000}}
                page = sorted(server.ask("rows", request)[1] for _ in range(9))[4]
                return {"seconds": cold, "warm": warm, "page": page, "kib": sent / 1024, "mib": server.memory_mib() - before}

        listed = lambda: run(["ls", "-fU", folder])
        cold = drop_caches if os.geteuid() == 0 else None
        return [Contestant("ls -U, all names", measure=listed, before=cold), Contestant("tidelock serve", measure=measure)]

    def load(self):
        folder = os.path.join(self.mounts.source, "hundred")
        if not os.path.exists(folder):
            flat_folder(folder, SMALL_ROWS)

        def measure():
            with Server(self.tidelock, self.mounts.source, self.mounts.state) as server:
                return {"requests": load(*server.request("folder", first_rows(folder, SMALL_ROWS)))}

        def peer():
            with in_nginx(self.mounts.source, self.mounts.work) as url:
                return {"requests": load(url + "/hundred/")}

        if not shutil.which("wrk"):
            return []
        nginx = [Contestant("nginx, autoindex as JSON", measure=peer)] if shutil.which("nginx") else []
        return [*nginx, Contestant("tidelock serve", measure=measure)]

    def remembered(self):
        # The moves are made once, and each round starts a server on what there is.
        top, state = (os.path.join(self.mounts.source, name) for name in ("remembered", "remembered-state"))
        if not os.path.exists(top):
            folders(top, 1, 1)

        def measure():
            found = remembered(self.tidelock, top, state, 10_000)
            return {"seconds": found["ready_seconds"], "mib": found["idle_mib"]}

        return [Contestant("tidelock serve", measure=measure)]

    def boards(self):
        listeners = os.path.join(os.path.dirname(self.floors), "listeners")

        def of(count):
            def measure():
                found = boards(self.tidelock, listeners, count, 10, self.mounts.source)
                names = {"p50": "behind_p50_ms", "p99": "behind_p99_ms", "microseconds": "microseconds_a_message", "kib_each": "kib_a_listener"}
                return {name: found[key] for name, key in names.items()}

            return Contestant(f"tidelock serve, {count:,} boards", measure=measure)

        return [of(1000), of(5000)]

    def many(self):
        def measure():
            with tempfile.TemporaryDirectory(dir=self.mounts.source) as top:
                folders(top, 1000, 100)
                with Server(self.tidelock, top, os.path.join(top, "state")) as server:
                    server.until_ready()
                    found = many_at_once(server, top, 1000, 100)
            names = {"seconds": "all_ended_seconds", "mib": "peak_mib", "start": "start_answered_p50_ms", "cancel": "cancel_answered_max_ms"}
            return {name: found[key] for name, key in names.items()}

        return [Contestant("tidelock serve, 100 of them running", measure=measure)]

    def idle(self):
        def measure():
            with Server(self.tidelock, self.mounts.source, self.mounts.state) as server:
                return {"seconds": server.start_seconds, "mib": server.memory_mib()}

        return [Contestant("tidelock serve", measure=measure)]


def peers_of(source):
    tar = f"tar --xattrs --xattrs-include='*' --acls -S -C {os.path.dirname(source)} -cf - {os.path.basename(source)}"
    return [
        ("cp -a", lambda copy: ["cp", "-a", source, copy]),
        ("rsync -aHAXSW", lambda copy: ["rsync", "-aHAXSW", source, os.path.dirname(copy) + "/"]),
        ("tar to tar", lambda copy: ["sh", "-c", f"{tar} | tar --xattrs --xattrs-include='*' --acls -C {os.path.dirname(copy)} -xpf -"]),
        ("cpz", lambda copy: ["cpz", source, copy]),
        ("xcp", lambda copy: ["xcp", "-r", source, copy]),
        ("fcp", lambda copy: ["fcp", source, copy]),
        ("rclone copy --links", lambda copy: ["rclone", "copy", "--links", "--metadata", source, copy]),
    ]
