"""What a child may do: so much memory, computing and time, and nothing to files, network or other processes.

Only the standard library; imported by the process that makes the children, never by the application.

Everything here holds for a process without privileges. The limits on memory, computing, time and written bytes are the
kernel's (setrlimit, setitimer) on every system. What the child may ask of the kernel is narrowed by a seccomp filter on
Linux, x86-64 and ARM64: there it opens no socket, starts no process, changes no file, and reaches no other process.
Elsewhere it is only handed no socket and no file. It can read what its account can read (docs/operations.md).
"""

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_MODE_FILTER = 2
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
UNKNOWN = 0x00050000 | errno.ENOSYS
CLONE_THREAD = 0x00010000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions of classic BPF
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
FOREIGN_NUMBERS = 0x40000000  # x32, whose calls have other numbers
OPEN_FILES = 64

# The numbers of system calls by machine: (x86-64, ARM64); None where a machine hasn't the call.
ARCHITECTURES: Mapping[str, tuple[int, int]] = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
FORBIDDEN: Mapping[str, tuple[int | None, int | None]] = {
    # network
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242), "bind": (49, 200),
    "listen": (50, 201),
    # processes, and what belongs to others
    "clone": (56, 220), "clone3": (435, 435), "fork": (57, None), "vfork": (58, None), "execve": (59, 221),
    "execveat": (322, 281), "kill": (62, 129), "tkill": (200, 130), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kcmp": (312, 272), "setns": (308, 268), "unshare": (272, 97),
    "setpriority": (141, 140), "setrlimit": (160, 164), "prlimit64": (302, 261),
    # files
    "creat": (85, None), "openat2": (437, 437), "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "link": (86, None),
    "linkat": (265, 37), "unlink": (87, None), "unlinkat": (263, 35), "symlink": (88, None), "symlinkat": (266, 36),
    "chmod": (90, None), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "lchown": (94, None),
    "fchownat": (260, 54), "mknod": (133, None), "mknodat": (259, 33), "utimensat": (280, 88), "setxattr": (188, 5),
    "lsetxattr": (189, 6), "removexattr": (197, 14), "lremovexattr": (198, 15), "memfd_create": (319, 279),
    # the machine
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
}  # fmt: skip
OPENING: Mapping[str, tuple[tuple[int | None, int | None], int]] = {  # which of its arguments says how
    "open": ((2, None), 1),
    "openat": ((257, 56), 2),
}


def confine(*, memory: int, cpu: int, seconds: float, parent: int, threads: bool = False) -> None:
    """Take every right away from this process but computing, for so long and with so much memory.

    Raises:
        OSError: the kernel knows this protection and refuses it: then no stranger's byte is read.
    """
    _set(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it could be noticed
        os._exit(1)
    for number in (signal.SIGALRM, signal.SIGXCPU, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    with suppress(OSError):  # where memory runs out for everybody, this one goes first
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    signal.setitimer(signal.ITIMER_REAL, seconds)
    for limit, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_AS, _held() + memory),
    ):
        resource.setrlimit(limit, (most, most))
    _set(PR_SET_DUMPABLE, 0)
    _filter_calls(threads=threads)


def _held() -> int:
    """How much address space this process has already: the libraries, which it shares with its parent."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()


def _set(option: int, value: int) -> None:
    if sys.platform == "linux":
        _prctl(option, value)


def _prctl(option: int, value: int, more: object = 0) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(option, ctypes.c_ulong(value), more, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _filter_calls(*, threads: bool) -> None:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in ARCHITECTURES:
        return
    program = filter_for(machine, threads=threads)
    room = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("HP", len(program) // 8, ctypes.addressof(room))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.create_string_buffer(head, len(head)))


def filter_for(machine: str, *, threads: bool = False) -> bytes:
    """The filter as the kernel takes it: an instruction has a code, two distances to jump and a number.

    With `threads` the process may make threads of itself by `clone`, whose flags a filter can read; of `clone3`, whose
    flags it can't, it is told that the kernel has none, and the C library falls back.
    """
    architecture, column = ARCHITECTURES[machine]
    making = {FORBIDDEN[name][column] for name in ("clone", "clone3") if threads}
    numbers = sorted({both[column] for both in FORBIDDEN.values()} - {None} - making)  # type: ignore[type-var]
    ways = [(both[column], argument) for both, argument in OPENING.values() if both[column] is not None]
    steps: list[tuple[int, int | str, int | str, int]] = [
        (LOAD, 0, 0, 4),
        (EQUAL, 0, "refuse", architecture),
        (LOAD, 0, 0, 0),
        (AT_LEAST, "refuse", 0, FOREIGN_NUMBERS),
        *((EQUAL, "refuse", 0, number) for number in numbers if number is not None),
    ]
    for number, argument in ways:
        assert number is not None  # noqa: S101 - sorted out above
        how: list[tuple[int, int | str, int | str, int]] = [
            (LOAD, 0, 0, 16 + 8 * argument),
            (ANY_BIT, "refuse", 0, WRITING),
            (RETURN, 0, 0, ALLOW),
        ]
        steps += [(EQUAL, 0, len(how), number), *how]
    if threads:
        by_flags, by_record = (FORBIDDEN[name][column] or 0 for name in ("clone", "clone3"))
        steps += [(EQUAL, 0, 1, by_record), (RETURN, 0, 0, UNKNOWN), (EQUAL, 0, 3, by_flags), (LOAD, 0, 0, 16)]
        steps += [(ANY_BIT, 0, "refuse", CLONE_THREAD), (RETURN, 0, 0, ALLOW)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    last = len(steps) - 1

    def distance(place: int, to: int | str) -> int:
        return last - place - 1 if to == "refuse" else int(to)

    return b"".join(
        struct.pack("HBBI", code, distance(place, then), distance(place, otherwise), number)
        for place, (code, then, otherwise, number) in enumerate(steps)
    )
