"""Debian's clamd with one signature, that of EICAR's test file, written by hand."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from pathlib import Path

# Never in one piece in a file of ours, or a scanner of the house would take it away.
EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-ANTIVIRUS-", b"TEST-FILE!$H+H*"])
START_SECONDS = 30


class Clamd:
    """The daemon in a folder of its own, for as long as the block lasts."""

    def __init__(self, folder: Path, stream_limit: str = "1M") -> None:
        self.folder, self.socket = folder, folder / "clamd.sock"
        self.url = f"unix://{self.socket}"
        self._stream_limit = stream_limit
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Clamd:
        (self.folder / "signatures").mkdir(parents=True)
        # Name : any kind of file : anywhere : the bytes.
        (self.folder / "signatures" / "test.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        (self.folder / "clamd.conf").write_text(
            f"DatabaseDirectory {self.folder}/signatures\nLocalSocket {self.socket}\nForeground yes\n"
            f"StreamMaxLength {self._stream_limit}\nTemporaryDirectory {self.folder}\nMaxThreads 2\n"
            f"OfficialDatabaseOnly no\nUser {pwd.getpwuid(os.geteuid()).pw_name}\n"
        )
        self.start()
        return self

    def start(self) -> None:
        clamd = shutil.which("clamd") or "/usr/sbin/clamd"
        log = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(
            [clamd, "--config-file", str(self.folder / "clamd.conf")], stdout=log, stderr=log
        )
        until = time.monotonic() + START_SECONDS
        while not self.socket.exists():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
        self.socket.unlink(missing_ok=True)

    def __exit__(self, *_error: object) -> None:
        self.stop()
