"""A disk that is full, has no room for names, cannot be written, or lacks /proc: one of our own, in a mount name space."""

import ctypes
import os
import pathlib
import subprocess
import traceback

from station import Failure, Reference, Skipped, Station, expect, expect_failure, expect_quiet, require

CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
PAGE = 4096
# In pages.
QUICK_STEPS = {"ledger": 24, "archive": 6}


def alone(lab, check, *more):
    """Calls the check in a process with mounts of its own, which go when it ends; where we are not root, in a user name
    space."""
    reader, writer = os.pipe()
    root = lab.folder()
    child = os.fork()
    if child == 0:
        try:
            user, group = os.geteuid(), os.getegid()
            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(CLONE_NEWNS | (0 if lab.is_root else CLONE_NEWUSER)) != 0:
                raise Skipped(f"no name space of our own: {os.strerror(ctypes.get_errno())}")
            if not lab.is_root:
                pathlib.Path("/proc/self/setgroups").write_text("deny")
                pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
                pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
            mount("--make-rprivate", "/")
            answer = "ok " + (check(lab, root, *more) or "")
        except Skipped as reason:
            answer = f"skip {reason}"
        except Failure as failure:
            answer = f"fail {failure}"
        except BaseException:
            answer = f"fail {traceback.format_exc()}"
        with open(writer, "w") as stream:
            stream.write(answer)
        os._exit(0)
    os.close(writer)
    with open(reader) as stream:
        word, _, told = stream.read().partition(" ")
    os.waitpid(child, 0)
    if word == "skip":
        raise Skipped(told)
    if word != "ok":
        raise Failure(told or "the process ended early")
    return told


def mount(*arguments):
    result = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True)
    if result.returncode != 0:
        raise Skipped("cannot mount: " + " ".join(result.stderr.split("\n")[:1]))


def small_disk(path, options):
    path.mkdir()
    mount("-t", "tmpfs", "-o", f"mode=755,{options}", "tmpfs", path)
    return path


def fill(path, free):
    """Leaves about so many bytes free on the disk that `path` is on."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(file, b"\0" * PAGE):
            pass
    except OSError:
        pass
    size = os.fstat(file).st_size
    require(size > free, "the disk is too small for this check")
    os.ftruncate(file, (size - free) // PAGE * PAGE)
    os.close(file)


def full(lab, root, where):
    """Tries every amount of room from none to enough."""
    disk = small_disk(root / "mount", "size=3m")
    station = Station((root if where == "archive" else disk) / "station",
                      disk / "archive" if where == "archive" else None)
    expected = Reference(lab.program, station)
    refused, done, pages = 0, 0, 0
    while done < 3:
        require(pages < 600, "no amount of room is enough")
        station.reset()
        fill(disk / "filler", pages * PAGE)
        result = lab.program.run(*station.scan_arguments())
        if result.status == 0:
            expect_quiet(result)
            done += 1
        else:
            done = 0
            expect_failure(result, 75, "full" if where == "ledger" else "No space left")
            refused += 1
        (disk / "filler").unlink()
        expected.expect_after_run(lab.program, station)
        pages += QUICK_STEPS[where] if lab.is_quick else 1
    require(refused > 1, "the disk was never full")
    return f"{refused} runs without enough room, from 0 to {pages * PAGE // 1024} KiB"


def no_inodes(lab, root):
    disk = small_disk(root / "mount", "size=8m,nr_inodes=200")
    refused = 0
    for archive in (None, disk / "archive"):
        station = Station(disk / "station", archive)
        expected = Reference(lab.program, station)
        for free in range(0, 24, 8) if lab.is_quick else range(40):
            station.reset()
            fillers = []
            try:
                while True:
                    fillers.append(disk / f"filler{len(fillers)}")
                    fillers[-1].touch()
            except OSError:
                fillers.pop()
            for _ in range(free):
                fillers.pop().unlink()
            result = lab.program.run(*station.scan_arguments())
            if result.status != 0:
                expect_failure(result, 75)
                refused += 1
            for path in fillers:
                path.unlink()
            expected.expect_after_run(lab.program, station)
    require(refused > 1, "there was always a free inode")
    return f"{refused} runs without enough inodes"


def read_only(lab, root):
    disk = small_disk(root / "mount", "size=8m")
    station = Station(disk / "station")
    expected = Reference(lab.program, station)
    for what, status in [("all", 73), ("ledger", 73), ("archive", 73)]:
        station.reset()
        if what == "all":
            tried = station
        else:
            tried = Station(root / what, disk / "archive" if what == "archive" else None)
            if what == "ledger":
                tried.ledger = disk / "ledger.sqlite"
        mount("-o", "remount,ro", disk)
        before = tried.messages()
        expect_failure(lab.program.run(*tried.scan_arguments()), status, "Read-only file system")
        expect("the files", tried.messages(), before)
        mount("-o", "remount,rw", disk)
        expect_quiet(lab.program.run(*tried.scan_arguments()), "the next run")
        tried.expect_all()
        expect("deliveries", len(tried.dump()["delivery"]), len(expected.ledger["delivery"]))


def no_proc(lab, root):
    """As in a chroot. Swift's own CommandLine has no arguments then."""
    station = Station(root / "station")
    expected = Reference(lab.program, station)
    station.reset()
    mount("-t", "tmpfs", "tmpfs", "/proc")
    expect_quiet(lab.program.run(*station.scan_arguments()))
    expected.expect(lab.program, station)
    expect_failure(lab.program.run("scan", "--no-such-option"), 64, "--no-such-option")
    expect_failure(lab.program.run("deliver", "--no-such-option"), 75, "--no-such-option")


def checks(lab):
    step = "some amounts" if lab.is_quick else "every amount"
    yield f"too little room for the ledger: {step} from none to enough", lambda: alone(lab, full, "ledger")
    yield (f"too little room for an archive on a disk of its own: {step}",
           lambda: alone(lab, full, "archive"))
    yield "too few inodes for the ledger's files and an archive", lambda: alone(lab, no_inodes)
    yield "Maildir, ledger or archive on a disk that is mounted read-only", lambda: alone(lab, read_only)
    yield "where /proc is not mounted", lambda: alone(lab, no_proc)
