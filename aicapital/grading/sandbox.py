"""Where a learner's code runs: Linux namespaces, a file tree of its own, a system-call filter, limits.

Two steps. `enter_view` is called once, in the warm process: from then on it sees the Python installation, the
course and its data, read-only, and nothing else of the computer. `spawn` starts one learner's process from it:
new user, process, network and mount namespaces, a scratch folder in memory, no capabilities, a filter that
refuses new processes, programs and sockets, and limits on memory, time, files and output.
"""

import contextlib
import ctypes
import errno
import gc
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NEWNS, NEWCGROUP, NEWUTS, NEWIPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEWUSER, NEWPID, NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE, MS_NOSUID, MS_NODEV = 4096, 16384, 1 << 18, 2, 4
MNT_DETACH, AT_RECURSIVE, RDONLY_NOSUID_NODEV = 2, 0x8000, 1 | 2 | 4
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 38, 22
INSIDE_ID, NOBODY = 1000, 65534
SCRATCH = "/scratch"  # the name inside; a file system in memory, gone with the process

# System calls by number: (x86_64, aarch64).
_OURS = {"clone": (56, 220), "pivot_root": (155, 41), "mount_setattr": (442, 442)}
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_PRCTL = (157, 167)
_REFUSED = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsmount": (432, 432),
    "mount_setattr": (442, 442),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "personality": (135, 92),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "swapon": (167, 224),
    "acct": (163, 89),
    "iopl": (172, None),
    "ioperm": (173, None),
}
_ARCH = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class SandboxError(RuntimeError):
    """There is no sandbox to be had here."""


HOW_TO_ALLOW = (
    "Learners' code is run only where it can do no harm. Grade on Linux 5.12 or newer, where user namespaces are allowed: "
    "as root, or as a user after `sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu), or in a "
    "container started with `--security-opt seccomp=unconfined --cap-add SYS_ADMIN`. If you trust every "
    "submission, add --no-sandbox: their code then runs with your rights."
)


@dataclass(frozen=True)
class Limits:
    """What one learner's process may use."""

    memory_mb: int = 1024  # beyond what the warm process has
    cpu_seconds: int = 150
    scratch_mb: int = 64
    files: int = 64  # open at a time
    threads: int = 32


def libc():
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _call(name: str, *args) -> int:
    column, _ = _ARCH[platform.machine()]
    return _checked(libc().syscall(_OURS[name][column], *args), name)


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    _checked(
        libc().mount(
            source.encode(),
            target.encode(),
            kind.encode() if kind else None,
            ctypes.c_ulong(flags),
            options.encode() or None,
        ),
        f"mount {target}",
    )


def _unshare(flags: int) -> None:
    _checked(libc().unshare(flags), "unshare")


def _read_only(path: str, below: int = AT_RECURSIVE) -> None:
    attributes = struct.pack("QQQQ", RDONLY_NOSUID_NODEV, 0, 0, 0)
    _call(
        "mount_setattr",
        ctypes.c_int(-100),
        path.encode(),
        ctypes.c_uint(below),
        attributes,
        ctypes.c_size_t(len(attributes)),
    )


def missing() -> str:
    """What this computer lacks for a sandbox; empty when the first look finds nothing."""
    if sys.platform != "linux":
        return f"{sys.platform} has no namespaces and no seccomp"
    if platform.machine() not in _ARCH:
        return f"no system-call filter is written for {platform.machine()}"
    return ""


def available() -> str:
    """Why no sandbox can be had here; empty when one can. Tried in a process of its own."""
    if reason := missing():
        return reason
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        says = ""
        try:
            proc = enter_view([])
            os.waitpid(spawn(proc, Limits(), write, lambda: None), 0)
        except (SandboxError, OSError) as error:
            says = str(error).split(". ")[0]
        finally:
            os.write(write, says.encode())
            os._exit(0)
    os.close(write)
    os.waitpid(pid, 0)
    with os.fdopen(read, "rb") as answer:
        return answer.read().decode()


def python_folders() -> list[str]:
    """What Python needs to import what is installed.

    Other folders on the path stay out: the teacher's own, and those of packages installed for editing, the course's among them.
    """
    installed = {"site-packages", "dist-packages"}
    wanted = {
        sys.prefix,
        sys.base_prefix,
        *(path for path in sys.path if installed & set(Path(path).parts)),
    }
    return sorted(path for path in wanted if Path(path).is_dir() and os.path.realpath(path) != "/")


def enter_view(read_only: Iterable[str], masked: Iterable[str] = ()) -> int:
    """See only these folders from now on, read-only and under their own names, a name with a link in it too; `masked` ones look empty.

    Gives a handle on /proc, which the warm process needs to set up a learner's user and must not pass on.
    """
    if reason := missing():
        raise SandboxError(f"{reason}. {HOW_TO_ALLOW}")
    try:
        return _enter_view(list(read_only), list(masked))
    except OSError as error:
        raise SandboxError(f"{error.strerror}. {HOW_TO_ALLOW}") from error


def _enter_view(read_only: list[str], masked: list[str]) -> int:
    uid, gid = os.geteuid(), os.getegid()
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    folders = _outermost([*_system_folders(), *map(os.path.realpath, read_only)])
    devices = [f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom")]
    links = {
        path: os.readlink(path)
        for path in ("/bin", "/sbin", "/lib", "/lib64", "/lib32")
        if os.path.islink(path)
    }
    # An environment may be reached through a link. As a link it shows what is masked behind it as masked, too.
    reached = {
        path: os.path.realpath(path)
        for path in _outermost(map(os.path.abspath, read_only))
        if not _lies_in(path, [*folders, *links])
    }
    _unshare(NEWNS | NEWIPC | (0 if uid == 0 else NEWUSER))
    if uid:
        _write(proc, "self/setgroups", "deny")
        _write(proc, "self/gid_map", f"{gid} {gid} 1")
        _write(proc, "self/uid_map", f"{uid} {uid} 1")
    _mount("none", "/", None, MS_REC | MS_PRIVATE)
    # The new tree grows on /tmp; its sources are opened before, so that none is hidden by it.
    sources = {path: os.open(path, os.O_PATH) for path in [*folders, *devices]}
    root = "/tmp"
    _mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755")
    for path, handle in sources.items():
        target = root + path
        if path in devices:
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
        else:
            os.makedirs(target, exist_ok=True)
        _mount(f"/proc/self/fd/{handle}", target, None, MS_BIND | MS_REC)
        if path not in devices:
            _read_only(target)
        os.close(handle)
    for path, to in links.items():
        if not os.path.lexists(root + path):
            os.symlink(to, root + path)
    for path, to in reached.items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        os.symlink(to, root + path)
    for path in masked:
        if os.path.isdir(root + path):
            _mount("tmpfs", root + path, "tmpfs", MS_NOSUID | MS_NODEV, "size=4k,mode=555")
    os.makedirs(root + SCRATCH, exist_ok=True)
    if not os.path.lexists(root + "/tmp"):  # it is there when the course itself lies below it
        os.symlink(SCRATCH, root + "/tmp")
    os.chdir(root)
    _call("pivot_root", b".", b".")
    _checked(libc().umount2(b".", MNT_DETACH), "umount")
    os.chdir("/")
    _read_only("/", 0)  # not the devices
    return proc


def _system_folders() -> list[str]:
    names = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc/fonts", "/etc/alternatives")
    return [path for path in names if os.path.isdir(path) and not os.path.islink(path)]


def _outermost(paths: Iterable[str]) -> list[str]:
    """Without those that lie in another one."""
    kept: list[str] = []
    for path in sorted(paths):
        if not _lies_in(path, kept):
            kept.append(path)
    return kept


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _write(folder: int, name: str, text: str) -> None:
    handle = os.open(name, os.O_WRONLY, dir_fd=folder)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def spawn(proc: int, limits: Limits, keep: int, run) -> int:
    """Start `run()` in a learner's process and return its process id; only the handle `keep` stays open in it."""
    column, _ = _ARCH[platform.machine()]
    flags = NEWUSER | NEWNS | NEWPID | NEWNET | NEWIPC | NEWUTS | NEWCGROUP | signal.SIGCHLD
    ready, go = os.pipe()
    outside = os.geteuid() or NOBODY
    outside_group = os.getegid() if os.geteuid() else NOBODY
    python = ctypes.pythonapi
    syscall = ctypes.PyDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    # os.fork with flags: the interpreter's own steps before and after, as the C API documents them.
    python.PyOS_BeforeFork()
    pid = syscall(
        ctypes.c_long(_CLONE[column]), ctypes.c_ulong(flags), *[ctypes.c_void_p(None)] * 4
    )
    if pid == 0:
        python.PyOS_AfterFork_Child()
        try:
            os.close(go)
            if os.read(ready, 1) != b"1":
                os._exit(1)
            _lock_up(limits, keep)
            run()
        finally:
            os._exit(0)
    failed = ctypes.get_errno()
    python.PyOS_AfterFork_Parent()
    os.close(ready)
    try:
        if pid < 0:
            raise OSError(failed, f"clone: {os.strerror(failed)}")
        if os.geteuid():
            _write(proc, f"{pid}/setgroups", "deny")
        _write(proc, f"{pid}/gid_map", f"{INSIDE_ID} {outside_group} 1")
        _write(proc, f"{pid}/uid_map", f"{INSIDE_ID} {outside} 1")
        with contextlib.suppress(OSError):  # when memory runs out, this process goes first
            _write(proc, f"{pid}/oom_score_adj", "1000")
        os.write(go, b"1")
    except OSError:
        if pid > 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        raise
    finally:
        os.close(go)
    return pid


def _lock_up(limits: Limits, keep: int) -> None:
    if os.geteuid() != INSIDE_ID:
        os.setgroups([])
    os.setresgid(INSIDE_ID, INSIDE_ID, INSIDE_ID)
    os.setresuid(INSIDE_ID, INSIDE_ID, INSIDE_ID)
    _checked(libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    os.setsid()
    _mount(
        "tmpfs",
        SCRATCH,
        "tmpfs",
        MS_NOSUID | MS_NODEV,
        f"size={limits.scratch_mb}m,nr_inodes=2048,mode=700,uid={INSIDE_ID},gid={INSIDE_ID}",
    )
    os.chdir(SCRATCH)
    restrict(limits, keep)
    header = struct.pack("Ii", 0x20080522, 0)
    _checked(libc().capset(header, struct.pack("6I", *[0] * 6)), "capset")
    _checked(libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    _filter_system_calls()


def restrict(limits: Limits, keep: int) -> None:
    """Close every other file and set the limits that any Unix has."""
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.closerange(3, keep)
    os.closerange(keep + 1, 4096)
    megabyte = 1 << 20
    for name, value in (
        ("RLIMIT_AS", address_space() + limits.memory_mb * megabyte),
        ("RLIMIT_CPU", limits.cpu_seconds),
        ("RLIMIT_FSIZE", limits.scratch_mb * megabyte),
        ("RLIMIT_NOFILE", limits.files),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", limits.threads if sys.platform == "linux" else 512),
        ("RLIMIT_MSGQUEUE", 0),
        ("RLIMIT_MEMLOCK", 0),
    ):
        if hasattr(resource, name):
            kind = getattr(resource, name)
            resource.setrlimit(kind, (value, value))


_warm_address_space = 0


def measure_address_space() -> None:
    """Remember how much the warm process maps; a learner's limit comes on top."""
    global _warm_address_space
    gc.collect()
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _warm_address_space = pages * resource.getpagesize()
    except OSError:
        _warm_address_space = 2 << 30


def address_space() -> int:
    return _warm_address_space or 2 << 30


def _filter_system_calls() -> None:
    """Berkeley packet filter: refuse the list, allow threads but no new process, allow the rest."""
    column, arch = _ARCH[platform.machine()]
    load, equal, at_least, all_bits, give = 0x20, 0x15, 0x35, 0x45, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | errno.EPERM
    unknown, kill = 0x00050000 | errno.ENOSYS, 0x80000000

    def step(code, k, if_true=0, if_false=0):
        return struct.pack("HBBI", code, if_true, if_false, k)

    program = [step(load, 4), step(equal, arch, 1, 0), step(give, kill), step(load, 0)]
    if column == 0:  # the other calling convention of x86_64 has numbers of its own
        program += [step(at_least, 0x40000000, 0, 1), step(give, kill)]
    program += [step(equal, _CLONE3[column], 0, 1), step(give, unknown)]
    # clone: only with CLONE_THREAD
    program += [
        step(equal, _CLONE[column], 0, 4),
        step(load, 16),
        step(all_bits, 0x10000, 1, 0),
        step(give, refuse),
        step(give, allow),
    ]
    # prctl: not the one that would let it outlive the grader
    program += [
        step(equal, _PRCTL[column], 0, 4),
        step(load, 16),
        step(equal, PR_SET_PDEATHSIG, 0, 1),
        step(give, refuse),
        step(give, allow),
    ]
    for numbers in _REFUSED.values():
        if numbers[column] is not None:
            program += [step(equal, numbers[column], 0, 1), step(give, refuse)]
    program.append(step(give, allow))
    code = ctypes.create_string_buffer(b"".join(program))

    class Program(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    whole = Program(len(program), ctypes.addressof(code))
    _checked(libc().prctl(PR_SET_SECCOMP, 2, ctypes.byref(whole), 0, 0), "seccomp")
