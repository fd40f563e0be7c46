"""Stands between the program and PostgreSQL, and cuts connections before a COMMIT arrives or before its answer does."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

SOCKET = ".s.PGSQL.5432"

Mode = Literal["before", "after"]


class Proxy:
    """Cuts every `often`-th COMMIT; counts how many it cut."""

    def __init__(self, target: Path, mode: Mode, often: int) -> None:
        self.target, self.mode, self.often = target, mode, often
        self.commits = 0
        self.cut = 0

    def serve(self, listening: socket.socket) -> None:
        """Take connections until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.target / SOCKET))
        threading.Thread(target=self._answers, args=(server, client), daemon=True).start()
        with suppress(OSError), client, server:
            while sent := client.recv(65536):
                if b"COMMIT\0" in sent:
                    self.commits += 1
                    if self.commits % self.often == 0:
                        self._cut(client, server, sent)
                        return
                server.sendall(sent)

    def _cut(self, client: socket.socket, server: socket.socket, sent: bytes) -> None:
        """The program sees its connection die; whether the server heard the COMMIT depends on the mode."""
        self.cut += 1
        client.shutdown(socket.SHUT_RDWR)
        if self.mode == "after":
            server.sendall(sent)
            # The server answers when it has committed; this connection ends with what the client never reads.
            threading.Event().wait(0.2)
        server.shutdown(socket.SHUT_RDWR)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                client.sendall(answer)


@contextmanager
def proxied(target: Path, mode: Mode, often: int) -> Iterator[tuple[Proxy, Path]]:
    """A proxy before the server whose socket lies in a folder, and the folder of its own socket."""
    folder = Path(tempfile.mkdtemp(prefix="aflos_proxy_", dir="/tmp"))
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(folder / SOCKET))
    listening.listen()
    proxy = Proxy(target, mode, often)
    threading.Thread(target=proxy.serve, args=(listening,), daemon=True).start()
    yield proxy, folder
    listening.close()
    shutil.rmtree(folder, ignore_errors=True)
