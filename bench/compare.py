#!/usr/bin/env python3
"""Tidelock beside its peers and the floors of this machine, in one table.

  bench/compare.py                             as root: on fresh ext4 and XFS in image files
  bench/compare.py --on SOURCE DESTINATION     on folders of two mounts

Makes the data, then runs each case's contestants in turn, round after round, with what is installed of cp, rsync, tar,
mv, rm, du, find, xfs_quota, cpz, xcp, fcp, rclone, strace, wrk and nginx. A peer's copy counts as durable after a sync
of its file system; tidelock's is by itself, and is synced once more all the same. Writes docs/benchmarks.md and
docs/benchmarks.json. What is in the JSON already is not measured again, unless `--again` names its case: a run that
was interrupted goes on. `--only G1` runs the cases whose name has that in it; `--keep` leaves the data for the next run."""

import argparse
import os
import platform
import subprocess
import sys
import time

from cases import Cases
from measure import Results, compare
from mounts import Mounts
from table import table

HERE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


def about(tidelock):
    """What a reader has to know to judge the numbers."""
    with open("/proc/meminfo") as memory:
        total_gib = round(int(memory.readline().split()[1]) / (1 << 20))
    commit = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], capture_output=True, text=True).stdout.strip()
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} processors, {total_gib} GiB, Linux {platform.release().split('-')[0]}",
        "commit": commit,
        "load": [round(load, 1) for load in os.getloadavg()],
        "program": os.path.basename(tidelock),
    }


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--tidelock", default=os.path.join(HERE, "target/release/tidelock"))
    arguments.add_argument("--floors", default=os.path.join(HERE, "target/release/floors"))
    arguments.add_argument("--work", default=os.path.join(HERE, "target/bench"), help="where images and the state folder lie")
    arguments.add_argument("--on", nargs="+", default=[], metavar="DIR", help="SOURCE DESTINATION [XFS], instead of images")
    arguments.add_argument("--files", type=int, default=100_000, help="small files (S)")
    arguments.add_argument("--mebibytes", type=int, default=2048, help="of large files (L)")
    arguments.add_argument("--entries", type=int, default=1_000_000, help="of the tree (T) and of the flat folder (F)")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--again", help="measure cases with this in their name anew")
    arguments.add_argument("--keep", action="store_true")
    arguments.add_argument("--json", default=os.path.join(HERE, "docs/benchmarks.json"))
    arguments.add_argument("--markdown", default=os.path.join(HERE, "docs/benchmarks.md"))
    options = arguments.parse_args()
    if not os.path.exists(options.floors):
        subprocess.run(["cargo", "build", "--release", "--package", "tidelock-bench"], cwd=HERE, check=True)
    results = Results(options.json, about(options.tidelock))
    for case in list(results.all["cases"]):
        if options.again and options.again in case:
            results.forget(case)
    mounts = Mounts(options.work, options.on)
    try:
        for case, contestants in Cases(options.tidelock, options.floors, mounts, options).all().items():
            if contestants is None or options.only not in case:
                print(f"{case}: left out", file=sys.stderr)
                continue
            compare(results, case, contestants(), options.rounds)
    finally:
        mounts.close(options.keep)
        with open(options.markdown, "w") as file:
            file.write(table(results.all))


if __name__ == "__main__":
    main()
