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
    "G11 first 256 of a million": (None, "seconds", "cold 0.2 s, warm 5 ms, 16 KiB, 64 MiB more"),
    "G12 a hundred entries, 64 connections": (None, "requests", "10,000 requests a second"),
    "G17 idle server": (None, "seconds", "started in 0.1 s, 24 MiB"),
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
    ("syncs", "syncs"),
    ("commits", "commits"),
]


def told(value):
    if value is None:
        return ""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def section(case, ways):
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
    return f"## {case}\n\nGoal: {goal}. Rounds: {rounds}.\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


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
    sections = [section(case, ways) for case, ways in results["cases"].items() if ways and case in GOALS]
    return "\n".join([introduction, *sections])
