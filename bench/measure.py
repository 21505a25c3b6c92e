"""Running contestants in turn, and remembering what was measured."""

import ctypes
import json
import os
import statistics
import subprocess
import sys
import threading
import time

LIBC = ctypes.CDLL(None, use_errno=True)


def sync(folder):
    """Makes everything on the folder's file system durable; answers the seconds."""
    begun = time.monotonic()
    opened = os.open(folder, os.O_RDONLY)
    if LIBC.syncfs(opened) != 0:
        raise OSError(ctypes.get_errno(), "syncfs", folder)
    os.close(opened)
    return time.monotonic() - begun


def watch_memory(pid, peak):
    """Until the process is gone. What the kernel tells at its end has the memory of whoever forked it in it."""
    try:
        while True:
            with open(f"/proc/{pid}/status") as status:
                peak[0] = max([peak[0], *(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))])
            time.sleep(0.02)
    except OSError:
        pass


def run(command, durable_on=None, is_allowed_to_fail=False):
    """Runs a command to its end: seconds, the same until all is durable, CPU seconds, peak MiB."""
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peak = [0.0]
    watch = threading.Thread(target=watch_memory, args=(process.pid, peak))
    watch.start()
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begun
    if process.returncode != 0 and not is_allowed_to_fail:
        raise RuntimeError(f"{command} ended with {process.returncode}: {said.decode(errors='replace')[-500:]}")
    watch.join()
    found = {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "mib": peak[0]}
    if durable_on:
        found["durable"] = seconds + sync(durable_on)
    return found


class Contestant:
    """One way of doing what a case is about. `command` is run, or `measure` called, between `before` and `after`."""

    def __init__(self, name, command=None, before=None, after=None, durable_on=None, check=None, measure=None, may_fail=False):
        self.name, self.before, self.after, self.check = name, before, after, check
        self.measure = measure or (lambda: run(command() if callable(command) else command, durable_on, may_fail))


class Results:
    """What was measured, in a JSON file that is written after each round: whoever is interrupted goes on there."""

    def __init__(self, path, about):
        self.path, self.commit = path, about["commit"]
        self.all = {"about": about, "cases": {}}
        if os.path.exists(path):
            with open(path) as file:
                self.all = json.load(file)

    def save(self):
        os.makedirs(os.path.dirname(self.path) or ".", exist_ok=True)
        with open(self.path + ".new", "w") as file:
            json.dump(self.all, file, indent=1)
        os.replace(self.path + ".new", self.path)

    def rounds_of(self, case, contestant):
        ways = self.all["cases"].setdefault(case, {})
        return ways.setdefault(contestant, {"rounds": []})

    def forget(self, case):
        self.all["cases"].pop(case, None)


def compare(results, case, contestants, rounds):
    """Each contestant once in every round, so that a busy minute meets all of them; what is measured already stays."""
    for number in range(rounds):
        for contestant in contestants:
            kept = results.rounds_of(case, contestant.name)
            if len(kept["rounds"]) > number:
                continue
            if contestant.before:
                contestant.before()
            found = contestant.measure()
            if contestant.check and "kept" not in kept:
                kept["kept"] = contestant.check()
            if contestant.after:
                contestant.after()
            kept["rounds"].append(found)
            kept["commit"] = results.commit
            results.save()
            told = ", ".join(f"{key} {value:.3g}" for key, value in found.items())
            print(f"{case}: {contestant.name}: {told}", file=sys.stderr, flush=True)


def median(rounds, key):
    """None where nothing of that name was measured."""
    values = [one[key] for one in rounds if key in one]
    return statistics.median(values) if values else None
