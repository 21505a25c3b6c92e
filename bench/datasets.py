"""The data that is copied, moved, read and deleted. What a file holds follows from its number alone."""

import hashlib
import os

FIRST_TIME = 1_600_000_000


def content(number, length):
    seed = hashlib.blake2b(number.to_bytes(8, "little")).digest()
    return (seed * (length // len(seed) + 1))[:length]


def small_files(top, files):
    """S: files of 4 KiB, a hundred in a folder; of a hundred one has an attribute, one a second name and one a
    symbolic link beside it, of a thousand one is a megabyte with a hole on each side of its data."""
    for first in range(0, files, 100):
        folder = os.path.join(top, f"{first // 3200:03}", f"{first // 100 % 32:02}")
        os.makedirs(folder)
        for number in range(first, min(first + 100, files)):
            path = os.path.join(folder, f"file-{number:07}.data")
            with open(path, "xb", buffering=0) as file:
                if number % 1000 == 500:
                    file.truncate(1 << 20)
                    file.seek(512 << 10)
                file.write(content(number, 4096))
                os.fchmod(file.fileno(), (0o644, 0o600, 0o755, 0o440)[number % 4])
                if number % 100 == 30:
                    os.setxattr(file.fileno(), "user.number", b"%d" % number)
            if number % 100 == 10:
                os.symlink(os.path.basename(path), os.path.join(folder, "symbolic"))
            if number % 100 == 20:
                os.link(path, os.path.join(folder, "second-name"))
            os.utime(path, (FIRST_TIME + number, FIRST_TIME + number))


def large_files(top, mebibytes):
    """L: files of at most one gibibyte."""
    os.makedirs(top)
    for number in range(0, mebibytes, 1024):
        with open(os.path.join(top, f"large-{number // 1024}"), "xb", buffering=0) as file:
            for piece in range(number, min(number + 1024, mebibytes)):
                file.write(content(piece, 1 << 20))


def empty_files(top, entries):
    """T: a hundred empty files in a folder, a hundred folders in one above."""
    for first in range(0, entries, 100):
        folder = os.path.join(top, f"{first // 10_000:03}", f"{first // 100 % 100:02}")
        os.makedirs(folder)
        flat_folder(folder, min(100, entries - first))


def flat_folder(top, entries):
    """F: all in one folder."""
    os.makedirs(top, exist_ok=True)
    folder = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    for number in range(entries):
        os.close(os.open(f"entry-{number:07}", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644, dir_fd=folder))
    os.close(folder)
