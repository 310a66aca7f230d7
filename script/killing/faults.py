"""What is done to a platform while it sells. Each fault takes some seconds and undoes itself."""

import os
import random
import time

# Holds end after some minutes and slips after thirty: a jump of so many seconds ends both, or makes both last.
JUMPS = ["+2700s", "-2700s", "+7200s", "-300s", "+86400s"]

# What the filler leaves before it fills piece by piece.
ROOM_LEFT = 1 << 20


def node(stage):
    """kill -9 of a node."""
    victim = random.choice(stage.nodes)
    time.sleep(random.uniform(0.3, 1.2))
    victim.kill()
    time.sleep(random.uniform(0, 0.5))
    victim.start()


def postgres(stage):
    """kill -9 of the server, or of one of its workers, whereupon it recovers by itself."""
    time.sleep(random.uniform(0.3, 1.2))
    if random.random() < 0.5:
        stage.postgres.kill()
    else:
        stage.postgres.kill_worker()
    time.sleep(random.uniform(0, 0.3))
    stage.postgres.ready()


def disk(stage):
    """The small disk with the database runs full, stays full for a while, and has room again."""
    time.sleep(random.uniform(0.3, 0.8))
    filler = stage.disk / "filler"
    piece = bytes(16384)
    with open(filler, "wb", buffering=0) as file:
        room = os.statvfs(stage.disk)
        try:
            os.posix_fallocate(file.fileno(), 0, max(1, room.f_bavail * room.f_bsize - ROOM_LEFT))
        except OSError:
            # Full before: the platform was faster.
            stage.filled += 1
        file.seek(0, os.SEEK_END)
        end = time.monotonic() + random.uniform(1, 2.5)
        while time.monotonic() < end:
            try:
                file.write(piece)
            except OSError:
                stage.filled += 1
                time.sleep(0.01)
    os.unlink(filler)
    if stage.postgres:
        # A server whose own log finds no room ends, and does not come up before there is some.
        stage.postgres.ready()


def clock(stage):
    """One node's clock jumps and comes back."""
    victim = random.choice(stage.nodes)
    time.sleep(random.uniform(0.3, 0.8))
    # One write, so that nobody reads half of it.
    victim.faketime.write_text(random.choice(JUMPS))
    time.sleep(random.uniform(0.5, 1.5))
    victim.faketime.write_text("+0s")


def answer(stage):
    """Customers hang up before they are answered, and nodes never hear what the server says to a COMMIT."""
    stage.shop.cut = 0.2
    end = time.monotonic() + random.uniform(1, 2)
    while time.monotonic() < end:
        if stage.wire:
            with stage.wire.lock:
                stage.wire.lose = 1
        time.sleep(random.uniform(0.1, 0.3))
    stage.shop.cut = 0.0
    if stage.wire:
        with stage.wire.lock:
            stage.wire.lose = 0


ALL = {"node": node, "postgres": postgres, "disk": disk, "clock": clock, "answer": answer}

