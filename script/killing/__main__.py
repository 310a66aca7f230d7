"""script/kill-loop says what this is and how it is called."""

import argparse
import pathlib
import random
import sys
import tempfile
import time

import books
import faults
import machines
from ledger import EVENT, Shop
from wire import Wire

# Time the platform gets, after a fault, to answer everything that was asked.
SETTLE_SECONDS = 120
NODES = 3


class Stage:
    """A fresh platform that sells, and what is needed to harm it."""

    def __init__(self, arguments, fault, folder, postgres):
        self.postgres = postgres
        self.disk = pathlib.Path(tempfile.gettempdir())
        self.filled = 0
        self.wire = None
        data = folder / "data"
        address = postgres.make(f"kill_{fault}") if postgres else None
        machines.seed(data, address)
        self.books = address or str(data / "platform.db")
        if postgres and fault == "answer":
            (folder / "wire").mkdir()
            self.wire = Wire(folder / "wire", postgres.folder, postgres.port)
            address = address.replace(f"host={postgres.folder}", f"host={folder / 'wire'}")
        self.nodes = []
        for number in range(NODES if postgres else 1):
            own = data if number == 0 else machines.further(data, number)
            faketime = None
            if fault == "clock":
                faketime = folder / f"clock-{number}"
                faketime.write_text("+0s")
            self.nodes.append(machines.Node(own, address, folder / f"log-{number}", faketime))
        for node in self.nodes:
            node.start()
        tables = books.read(self.books)
        self.before = {row[0] for row in tables["orders"]}
        self.shop = Shop(self.free_seats(), arguments.seed)
        self.shop.addresses = [node.listen for node in self.nodes]
        self.shop.tokens["kiosk"] = machines.token(data, "kiosk-1")
        self.shop.tokens["register"] = machines.token(data, "register-1")
        login = {"store": "0101", "clerk": "1", "pin": "1111"}
        status, session = self.shop.send(("register", "/clerk/login", login, None))
        assert status == 200, session
        self.shop.tokens["clerk"] = session["token"]

    def free_seats(self):
        """Seats of the store's seller that nobody has."""
        question = f"SELECT seat FROM stock WHERE event = {EVENT} AND claim IS NULL AND seller = (SELECT seller FROM stores WHERE code = '0101')"
        return [int(seat) for (seat,) in books.ask(self.books, question)]

    def round(self, name, customers):
        """One fault while customers buy; what the checker found."""
        close = self.shop.trade(customers)
        try:
            faults.ALL[name](self)
            time.sleep(random.uniform(0.2, 0.6))
        finally:
            close()
        left = self.shop.settle(SETTLE_SECONDS)
        wrong = [f"no answer for {SETTLE_SECONDS} s to {purchase.next_step()} of {purchase.card}" for purchase in left]
        wrong += self.shop.repeat(20)
        return wrong + books.check(books.read(self.books), self.shop.purchases, self.before)

    def end(self):
        for node in self.nodes:
            if node.runs:
                node.kill()


def run(arguments, fault, postgres):
    with tempfile.TemporaryDirectory(prefix="kippu-kill-") as text:
        folder = pathlib.Path(text)
        stage = Stage(arguments, fault, folder, postgres)
        began = time.monotonic()
        try:
            for number in range(arguments.rounds):
                wrong = stage.round(fault, arguments.customers)
                if wrong:
                    print(f"{arguments.database}, {fault}, round {number + 1}, seed {arguments.seed}: {len(wrong)} things are wrong")
                    print("\n".join(wrong[:20]))
                    print(*(f"log of node {i}:\n{pathlib.Path(node.log).read_text()[-1500:]}" for i, node in enumerate(stage.nodes)), sep="\n")
                    return False
            tables = books.read(stage.books)
            for spoiled, wrong_books in books.spoiled(tables, stage.before):
                if not books.check(wrong_books, stage.shop.purchases, stage.before):
                    print(f"the checker does not see that {spoiled}")
                    return False
        finally:
            stage.end()
        shop = stage.shop
        told = sum(len(purchase.told) for purchase in shop.purchases)
        sold = sum("grant" in purchase.told for purchase in shop.purchases)
        said = ", ".join(f"{count} {what}" for what, count in shop.faults.items())
        more = f", {stage.filled} writes found the disk full" if fault == "disk" else ""
        more += f", {stage.wire.lost} commits cut" if stage.wire else ""
        print(
            f"{arguments.database}, {fault}: {arguments.rounds} rounds, {time.monotonic() - began:.0f} s, {told} acknowledgements, "
            f"{sold} purchases to the end; {said}{more}; lost 0, double 0",
            flush=True,
        )
        if fault == "disk" and stage.filled == 0:
            print("the disk was never full: this proves nothing")
            return False
        return True


def main():
    parser = argparse.ArgumentParser(prog="script/kill-loop")
    parser.add_argument("--database", choices=("sqlite", "postgres"), required=True)
    parser.add_argument("--fault", choices=faults.ALL, required=True)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--customers", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    postgres = machines.Postgres() if arguments.database == "postgres" else None
    try:
        good = run(arguments, arguments.fault, postgres)
    finally:
        if postgres:
            postgres.stop()
    sys.exit(0 if good else 1)


main()
