"""What the kernel knows about a process tree."""
import glob
from pathlib import Path

SLABS = ("TCP", "sock_inode_cache", "filp", "eventpoll_epi", "eventpoll_pwq", "dentry", "tw_sock_TCP", "request_sock_TCP")


def read(path):
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def tree(pid):
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        for children in glob.glob(f"/proc/{found[-1]}/task/*/children"):
            todo += [int(word) for word in read(children).split()]
    return found


def cpu_ns(pid):
    """Nanoseconds on a CPU, from the scheduler (exact, unlike the sampled ticks of getrusage)."""
    files = [f for p in tree(pid) for f in glob.glob(f"/proc/{p}/task/*/schedstat")]
    return sum(int((read(f).split() or ["0"])[0]) for f in files)


def user_and_system_ticks(pid):
    rows = [read(f"/proc/{p}/stat").rsplit(") ", 1)[-1].split() for p in tree(pid)]
    return sum(int(r[11]) for r in rows if len(r) > 12), sum(int(r[12]) for r in rows if len(r) > 12)


def memory_bytes(pid, of="Pss"):
    """Proportional set size: shared pages count once over all who share them. `of`: Pss_Anon, its own memory, or
    Pss_File, the kernel's pages of mapped files (programs, libraries, journals)."""
    rows = [line for p in tree(pid) for line in read(f"/proc/{p}/smaps_rollup").splitlines() if line.startswith(f"{of}:")]
    return sum(int(line.split()[1]) for line in rows) * 1024


def socket_slab_bytes():
    """Kernel memory in the slabs that sockets live in, for all processes; 0 where /proc/slabinfo is closed."""
    rows = [line.split() for line in read("/proc/slabinfo").splitlines()]
    return sum(int(r[1]) * int(r[3]) for r in rows if r and r[0] in SLABS)
