"""The results as one Markdown document."""

from measure import median

# What each goal asks of ours, beside the contestant that it is compared with.
GOALS = {
    "G1 copy of small files": ("cp -a", "durable", "at most 0.65 × cp in time, 0.75 × in CPU"),
    "G2 copy of large files": ("cp -a", "durable", "at most 0.60 × cp, 64 MiB"),
    "G3 copy of small files within XFS": ("cp -a, data", "durable", "at most 0.25 × the copy of the data"),
    "G3 copy of large files within XFS": ("cp -a --reflink", "durable", "0.1 s and the sync"),
    "G4 other project for a tree, XFS": ("floor: get and set, 1 thread", "durable", "at most 1.18 × the floor, 0.83 × xfs_quota"),
    "G5 plan, warm": ("floor: getdents and statx, 2 threads", "seconds", "at most 1.15 × the floor, 64 MiB"),
    "G5 plan, cold": ("floor: the same, 8 threads", "seconds", "at most 1.05 × the floor"),
    "G6 deletion": ("rm -rf", "durable", "at most 1.05 × rm"),
    "G7 one file": ("floor: one fdatasync", "seconds", "at most 8 commits of the journal"),
    "G7 one file, asked of a server": ("floor: one fdatasync", "seconds", "at most 12 × the floor"),
    "G9 a journal of ten thousand moves": (None, "seconds", "ready in 1 s"),
    "G11 first 256 of a million": (None, "seconds", "cold 0.2 s, warm 5 ms, 16 KiB, 64 MiB more"),
    "G12 a hundred entries, 64 connections": (None, "requests", "10,000 requests a second"),
    "G15 open boards": (None, "p99", "p99 60 ms, 12 µs a message, 24 KiB a board"),
    "G17 idle server": (None, "seconds", "started in 0.1 s, 24 MiB"),
    "G20 a thousand moves at once": (None, "seconds", "128 MiB, a cancel answered in 200 ms"),
}
# Why what is missed is missed: copies, retag and plan by perf and strace -c; the others by counting calls or by reason alone.
LIMITS = {
    "G1 copy of small files": """Most of it is the kernel's: making a file and its first write is half, of which a third goes into new inodes; statx
is a sixth. An entry is looked at four times – survey, copy, original and copy once more before the copy appears – and gets
owner, mode and times one by one; cp does the same but for two of the looks. What tidelock itself does is a seventh.""",
    "G2 copy of large files": """A hand reads a piece and then waits until the disk has it, and there are as many at work as files; while one
reads, the disk may have nothing to do. Two buffers a hand would keep it busy. The processor's part is less than half of cp's.""",
    "G3 copy of small files within XFS": """Sharing blocks costs XFS a transaction a file, as making it does; cp shares them as fast. The bare minimum
is not a quarter of a copy from memory to memory here, but about half.""",
    "G4 other project for a tree, XFS": """A move walks the tree five times where the floor walks it once: survey, exceptions written down before the
first change, the change, a look that finds nothing left, and a last one right before the name appears. Each asks for
status and project ID of every entry. What would help: kinds from the listing where root asks, who needs no modes (a
status less in three walks), and leaving the second look to the last.""",
    "G5 plan, warm": """statx is the same as the floor's; the rest is names and sums kept for each entry, half a microsecond of it. What
would help: sums by hand and not by entry, and names without an allocation each.""",
    "G5 plan, cold": """Four hands wait for the disk where the floor has eight threads, and the processor's part is that of the warm plan.""",
    "G6 deletion": """Each entry is looked at before it goes, since what was changed after it was hidden stays; rm looks at nothing. One
hand does it, so two folders at once, as the floor has them, would more than make up for that.""",
    "G7 one file": """Of the commits counted here two open the journal and one closes it; ten belong to the move: accepted, begun steps,
committed, done. Beginnings of steps that touch nothing (reserve, check) could wait for the next record as ends do, which would leave eight.""",
    "G7 one file, asked of a server": """Ten commits, four syncs of the record beside the source and four of barriers make eighteen syncs in a row, each of
which waits for the disk; the rest is the plan, which looks at both folders, and being asked over HTTP whether it is done.""",
    "G11 first 256 of a million": """The first page is answered after a tenth of a second with what was read by then, cached or not; the next pages
come from memory. A million names and their order are kept for that, which is the memory; it is bounded, and is given back with the reading.""",
    "G15 open boards": """A message is the whole view of a move, some two kilobytes, and its bytes are made once for all; what it costs is a
write to a socket, for which the kernel takes most, and waking a task. The listeners run on the same two processors. A board's memory
is that of a connection: buffers of the HTTP library for reading and writing.""",
    "G12 a hundred entries, 64 connections": """nginx asks for the status of each entry and nothing else. Here each also has its project ID, owner and group by
name, and a row of twelve fields as JSON, and a request is answered in a thread that may block.""",
}
# Further columns, where a case has them.
COLUMNS = [
    ("seconds", "s"),
    ("durable", "s, durable"),
    ("cpu", "CPU s"),
    ("mib", "MiB"),
    ("warm", "warm, s"),
    ("page", "next page, s"),
    ("kib", "KiB sent"),
    ("requests", "requests/s"),
    ("start", "start answered, ms"),
    ("cancel", "slowest cancel answered, ms"),
    ("p50", "behind the first, p50 ms"),
    ("p99", "p99 ms"),
    ("microseconds", "CPU µs a message"),
    ("kib_each", "KiB a board"),
    ("syncs", "syncs"),
    ("commits", "commits"),
]


def told(value):
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def section(case, ways, commit):
    anchor, key, goal = GOALS[case]
    compared = median(ways[anchor]["rounds"], key) if anchor in ways else None
    compared_cpu = median(ways[anchor]["rounds"], "cpu") if anchor in ways else None
    columns = [(key, title) for key, title in COLUMNS if any(median(way["rounds"], key) is not None for way in ways.values())]
    has_kept = any("kept" in way for way in ways.values())
    ratios = ([f"÷ {anchor}"] if compared else []) + (["CPU ÷"] if compared_cpu else [])
    head = ["", *(title for _, title in columns), *ratios, *(["kept"] if has_kept else [])]
    rows = []
    for name, way in ways.items():
        row = [name, *(told(median(way["rounds"], key)) for key, _ in columns)]
        for whole, of in ((compared, key), (compared_cpu, "cpu")):
            if whole:
                value = median(way["rounds"], of)
                row.append(f"{value / whole:.2f}" if value is not None else "")
        rows.append(row + ([way.get("kept", "")] if has_kept else []))
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    rounds = max(len(way["rounds"]) for way in ways.values())
    later = {way["commit"] for way in ways.values() if "commit" in way} - {commit}
    rounds = f"{rounds}{', at commit ' + ', '.join(sorted(later)) if later else ''}"
    lines = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    limit = f"\n{LIMITS[case]}\n" if case in LIMITS else ""
    return f"## {case}\n\nGoal: {goal}. Rounds: {rounds}.\n\n{lines}\n{limit}"


def table(results):
    about = results["about"]
    introduction = f"""# How fast it is

Made by `bench/compare.py` on {about['date']} at commit {about['commit']}, on a machine with {about['machine']},
whose other work (load {about['load'][0]} at the start) ran on meanwhile: contestants took turns, numbers are medians, and
what counts are the ratios within one section and the CPU seconds. *Durable* is until everything has reached the disk.
*Kept* tells whether names, kinds, modes, owners, times, extended attributes, hard links, holes and content of a copy
were those of the original. A *floor* is the bare calls of `bench/floors.rs`, which ask, check and remember nothing.
What tidelock takes has a plan, a journal and the comparison of the copy with its original in it.
"""
    sections = [section(case, ways, about["commit"]) for case, ways in results["cases"].items() if ways and case in GOALS]
    return "\n".join([introduction, *sections])
