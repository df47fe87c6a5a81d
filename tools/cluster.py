"""A running cluster and its operator, for what drives one: tools/relocation-demo, tools/linux-relocation, tests."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time


PATIENCE = int(os.environ.get("ENDICOTT_PATIENCE", "1"))  # how much longer all may take; a test under a sanitizer asks for it


class Failure(Exception):
    pass


class Cluster:
    """`endicott up` with its operator's console; what the members say is kept with its time. Lines that match `hidden` are not
    shown."""

    def __init__(self, endicott, folder, hidden=r" BEAT \d"):
        self.endicott, self.machine, self.folder = endicott, folder / "myclustr.toml", folder
        self.hidden = re.compile(hidden)
        self.began = time.monotonic()
        self.lines, self.changed = [], threading.Condition()
        self.process = subprocess.Popen([endicott, "up", self.machine], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, errors="replace", bufsize=1)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()
            if not self.hidden.search(line):
                self.say(line.rstrip())

    def say(self, text):
        bar.clear()
        print(f"{time.monotonic() - self.began:7.2f}s  {text}", flush=True)

    def wait_for(self, pattern, since=0, seconds=30):
        """The first match in what the members said from line `since` on."""
        deadline = time.monotonic() + seconds * PATIENCE
        with self.changed:
            while True:
                for line in self.lines[since:]:
                    if found := re.search(pattern, line):
                        return found
                if self.process.poll() is not None:
                    raise Failure(f"the cluster ended before it said {pattern}")
                if not self.changed.wait(max(0.0, deadline - time.monotonic())) and time.monotonic() >= deadline:
                    raise Failure(f"nothing said {pattern} in {seconds} s")

    def mark(self):
        with self.changed:
            return len(self.lines)

    def ask(self, member, command):
        """Return code and response of a CP command."""
        done = subprocess.run([self.endicott, "cp", "--machine", self.machine, member, *command.split()],
                              capture_output=True, text=True, timeout=120 * PATIENCE)
        return done.returncode, done.stdout + done.stderr

    def command(self, member, command):
        self.say(f"{member}> {command}")
        code, text = self.ask(member, command)
        for line in text.splitlines():
            self.say(f"{member}: {line}")
        if code != 0:
            raise Failure(f"{member}: {command} failed")
        return text

    def until(self, member, command, pattern, seconds=30):
        deadline = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < deadline:
            text = self.ask(member, command)[1]
            if re.search(pattern, text):
                return text
            time.sleep(0.05)
        raise Failure(f"{member}: {command} did not answer {pattern} in {seconds} s")

    def books(self):
        """What CP wrote of each relocation that ended."""
        books = self.folder / "run" / "relocations.jsonl"
        return [json.loads(line) for line in books.read_text().splitlines()] if books.exists() else []

    def kill(self, lpar):
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[1:4] == [b"member", str(self.machine).encode(), lpar.encode()]:
                os.kill(int(entry.name), signal.SIGKILL)
                return
        raise Failure(f"no process of {lpar}")

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30 * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()


def ctcm_up(device, mine, other):
    """Lines for a Linux shell (a console takes no longer ones): brings ctc0 up over the CTC that is read and the next one."""
    read, write, driver = f"0.0.{device:04x}", f"0.0.{device + 1:04x}", "/sys/bus/ccwgroup/drivers/ctcm"
    return ["modprobe ctcm", f"echo {read},{write} > {driver}/group", f"echo 1 > {driver}/{read}/online",
            f"ifconfig ctc0 {mine} pointopoint {other} up"]


class Bar:
    """The pass under way, on the last line of a terminal."""

    def __init__(self):
        self.shown = False

    def show(self, phase, pages, of):
        if not sys.stdout.isatty():
            return
        filled = min(40, 40 * pages // max(of, 1))
        print(f"\r          {phase:<14} [{'#' * filled}{'.' * (40 - filled)}] {pages:>8,} pages", end="", flush=True)
        self.shown = True

    def clear(self):
        if self.shown:
            print("\r\033[K", end="")
            self.shown = False


bar = Bar()
