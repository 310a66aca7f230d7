"""A wire between the platform and PostgreSQL that can lose what the server says to a COMMIT, or the COMMIT itself."""

import pathlib
import random
import select
import socket
import threading


class Wire:
    """Listens on a socket of its own and passes on. `lose`: how many of the next commits are lost."""

    def __init__(self, folder, server, port):
        self.folder = pathlib.Path(folder)
        self.server = str(server / f".s.PGSQL.{port}")
        self.lose = 0
        self.lost = 0
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.folder / f".s.PGSQL.{port}"))
        self.listener.listen(128)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self.pass_on, args=(near,), daemon=True).start()

    def pass_on(self, near):
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self.server)
            while True:
                ready, _, _ = select.select([near, far], [], [])
                for end in ready:
                    piece = end.recv(65536)
                    if not piece:
                        return
                    if end is near and b"COMMIT" in piece and self.take():
                        if random.random() < 0.7:
                            # The server commits, and nobody hears of it.
                            far.sendall(piece)
                            far.recv(65536)
                        return
                    (far if end is near else near).sendall(piece)
        except OSError:
            return
        finally:
            near.close()
            far.close()

    def take(self):
        with self.lock:
            if self.lose == 0:
                return False
            self.lose -= 1
            self.lost += 1
            return True
