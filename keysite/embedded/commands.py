"""Run commands that end when we end."""

import ctypes
import os
import signal
import subprocess
import sys

from . import services

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_us(signal_number=signal.SIGKILL):
    """A ``preexec_fn``: the kernel sends the signal to the child when this process has gone. Linux only."""
    if sys.platform != "linux":
        return None
    us, prctl = os.getpid(), ctypes.CDLL(None, use_errno=True).prctl

    def ask_kernel():
        prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != us:  # gone before the kernel was asked
            os._exit(1)

    return ask_kernel


def call(words, **options):
    """Run a command to its end and return its exit code; signals that should end us end it first."""
    child = subprocess.Popen(words, preexec_fn=end_with_us(signal.SIGTERM), **options)
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    signal.signal(signal.SIGINT, lambda *_: None)  # the terminal has told the child, too
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    signal.signal(signal.SIGHUP, lambda *_: child.terminate())
    try:
        code = child.wait()
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    return code if code >= 0 else 128 - code


def run_with_services(words, *, var, temp=False, env=None, cwd=None):
    """Run a command with DATABASE_URL and REDIS_URL added to its environment; return its exit code."""
    with services(var, temp=temp) as urls:
        return call(words, env=(env or os.environ) | urls, cwd=cwd)
