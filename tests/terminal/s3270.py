"""A 3270 terminal for tests: drives s3270, the scriptable client of Debian's package of that name."""
import os
import re
import subprocess
import time


class Terminal:
    def __init__(self, address, *options, patience=120):
        # Linux writes code page 037. A message about a refused connection may have bytes in it that are no UTF-8.
        self._client = subprocess.Popen(["s3270", "-codepage", "cp037", "-utf8", *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, encoding="utf-8", errors="replace", bufsize=1)
        self._patience = patience * int(os.environ.get("ENDICOTT_PATIENCE", "1"))
        self.address = address
        self.connect()

    def connect(self):
        """Waits until the server is there."""
        self._until(lambda: self._try(f"Connect({self.address})"), f"no terminal at {self.address}")
        self._until(lambda: "3270" in "".join(self._run("Query(ConnectionState)")[0]), "no 3270 mode")

    def do(self, action):
        """One action of s3270; its output lines."""
        lines, succeeded = self._run(action)
        if not succeeded:
            raise AssertionError(f"s3270: {action}: {lines}\n{self.screen()}")
        return lines

    def screen(self):
        return "\n".join(self._run("Ascii")[0])

    def wait_for(self, pattern):
        """The screen, once it matches."""
        self._until(lambda: re.search(pattern, self.screen(), re.MULTILINE), f"{pattern!r} does not appear")
        return self.screen()

    def type(self, text, key="Enter"):
        """Waits for the keyboard, types and presses a key."""
        self._until(lambda: self._try("Wait(5,Unlock)"), "the keyboard stays locked")
        if text:
            self.do('String("%s")' % text.replace("\\", "\\\\").replace('"', '\\"'))
        self.do(key)

    def wait_until(self, holds, sentence):
        """For what no screen shows."""
        self._until(holds, f"EXPECTED {sentence}")

    def close(self):
        self._run("Quit")
        self._client.wait()

    def _try(self, action):
        return self._run(action)[1]

    def _until(self, holds, otherwise):
        deadline = time.monotonic() + self._patience
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{otherwise}\n{self.screen()}")
            time.sleep(0.1)

    def _run(self, action):
        self._client.stdin.write(action + "\n")
        lines = []
        while True:
            line = self._client.stdout.readline()
            if not line:
                return lines, action == "Quit"
            line = line.rstrip("\n")
            if line in ("ok", "error"):
                return lines[:-1], line == "ok"  # the last one is the status line
            lines.append(line.removeprefix("data: "))
