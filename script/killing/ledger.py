"""Customers, and a ledger of what each of them asked for and was told: the only memory outside the platform."""

import http.client
import json
import random
import secrets
import socket
import threading
import time
import urllib.parse

# The stadium of the demo; its seats are indexes of the plan.
EVENT = 2
STEPS = ("hold", "order", "pay", "grant")
# One of so many customers wants one of the few seats that many want.
CROWDED = 3
CROWDED_SEATS = 60
TIMEOUT_SECONDS = 10


class Unknown(Exception):
    """Nobody knows whether the platform did it."""


class Purchase:
    """One customer's wish. `told` has every acknowledgement, `refused` the one refusal that ended it, `asked` what was sent at all."""

    def __init__(self, seats):
        self.seats = seats
        self.card = "04" + secrets.token_hex(6).upper()
        self.handover = secrets.token_hex(16).upper()
        self.keys = {step: secrets.token_hex(16) for step in STEPS}
        self.asked = set()
        self.told = {}
        self.refused = None
        # 4xx answers after an unknown one of the same step would be wrong if it had been done; the checker sees that in the books.
        self.unknown = 0

    @property
    def ended(self):
        return self.refused is not None or "grant" in self.told

    def next_step(self):
        return next(step for step in STEPS if step not in self.told)

    def request(self, step):
        """Method-less: everything is a POST. (token name, path, body, key)"""
        if step == "hold":
            return "kiosk", f"/events/{EVENT}/holds", {"seats": self.seats}, self.keys[step]
        if step == "order":
            body = {"hold": self.told["hold"]["hold"], "card": self.card, "room": 8, "method": "register_slip"}
            return "kiosk", "/orders", body, self.keys[step]
        order = self.told["order"]
        if step == "pay":
            body = {"amount": order["total"], "currency": order["currency"]}
            return "clerk", f"/clerk/slips/{urllib.parse.quote(order['slip'])}/confirm", body, self.keys[step]
        body = {"handover": self.handover, "card": self.card, "room": 8, "incarnation": "kill-loop"}
        return "kiosk", f"/orders/{order['order']}/grant", body, None


class Shop:
    """Sends purchases to whichever node is there, and writes down what is answered."""

    def __init__(self, seats, seed):
        self.random = random.Random(seed)
        self.seats = seats
        self.crowded = self.random.sample(seats, CROWDED_SEATS)
        self.addresses = []
        self.tokens = {}
        self.purchases = []
        self.lock = threading.Lock()
        # Share of requests whose answer the customer does not wait for.
        self.cut = 0.0
        self.open = threading.Event()
        self.faults = {"unknown": 0, "busy": 0, "internal": 0}

    def begin(self):
        with self.lock:
            crowded = self.random.randrange(CROWDED) == 0
            count = self.random.randint(1, 3)
            seats = sorted(self.random.sample(self.crowded if crowded else self.seats, count))
            purchase = Purchase(seats)
            self.purchases.append(purchase)
            return purchase

    def count(self, what):
        with self.lock:
            self.faults[what] += 1

    def send(self, request, cut=False):
        """The status and the answer, or `Unknown`."""
        token, path, body, key = request
        address = random.choice(self.addresses)
        link = http.client.HTTPConnection(address, timeout=TIMEOUT_SECONDS)
        headers = {"Authorization": f"Bearer {self.tokens[token]}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            link.request("POST", "/api/v1" + path, json.dumps(body), headers)
            if cut:
                time.sleep(random.random() * 0.02)
                raise Unknown("hung up")
            answer = link.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        except ConnectionRefusedError as error:
            raise ConnectionRefusedError from error
        except (OSError, http.client.HTTPException, json.JSONDecodeError, socket.timeout) as error:
            raise Unknown(str(error)) from error
        finally:
            link.close()

    def advance(self, purchase):
        """Asks for one step. True when something definite was said."""
        step = purchase.next_step()
        purchase.asked.add(step)
        try:
            status, answer = self.send(purchase.request(step), random.random() < self.cut)
        except ConnectionRefusedError:
            return False
        except Unknown:
            purchase.unknown += 1
            self.count("unknown")
            return False
        if status in (200, 201):
            purchase.told[step] = answer
            return True
        if status == 503:
            self.count("busy")
            return False
        if status >= 500:
            # "Nothing was changed": then asking again is harmless as well.
            self.count("unknown" if status == 504 else "internal")
            return False
        purchase.refused = (step, status, answer)
        return True

    def customer(self):
        while self.open.is_set():
            purchase = self.begin()
            while self.open.is_set() and not purchase.ended:
                if not self.advance(purchase):
                    time.sleep(0.02)

    def trade(self, customers):
        """Opens the shop; a function that closes it."""
        self.open.set()
        threads = [threading.Thread(target=self.customer) for _ in range(customers)]
        for thread in threads:
            thread.start()

        def close():
            self.open.clear()
            for thread in threads:
                thread.join()

        return close

    def settle(self, seconds):
        """Asks on until every step that was ever asked for has a definite answer. What is left without one."""
        self.cut = 0.0
        end = time.monotonic() + seconds
        left = [purchase for purchase in self.purchases if not purchase.ended]
        for purchase in left:
            while not purchase.ended and purchase.next_step() in purchase.asked:
                if not self.advance(purchase):
                    if time.monotonic() > end:
                        return [purchase for purchase in left if not purchase.ended and purchase.next_step() in purchase.asked]
                    time.sleep(0.02)
        return []

    def repeat(self, count):
        """Asks again for what was answered: the answer has to be about the same hold, order, money and tickets."""
        wrong = []
        told = [(purchase, step) for purchase in self.purchases[-count:] for step in purchase.told]
        for purchase, step in self.random.sample(told, min(count, len(told))):
            if step == "grant" and "grant" not in purchase.told:
                continue
            status, answer = self.send(purchase.request(step))
            if essence(step, answer) != essence(step, purchase.told[step]):
                wrong.append(f"{step} of {purchase.card} was answered {purchase.told[step]} and then {status} {answer}")
        return wrong


def essence(step, answer):
    """What of an answer must never change."""
    try:
        if step == "hold":
            return answer["hold"], [seat["seat"] for seat in answer["seats"]], answer["total"]
        if step == "order":
            return answer["order"], answer["slip"], answer["total"], answer["tickets"]
        if step == "pay":
            return answer["outcome"], answer["order"]["order"]
        return answer["fence"], [(ticket["ticket"], ticket["epoch"], ticket["hop"], ticket["record"]) for ticket in answer["tickets"]]
    except (KeyError, TypeError):
        return ("not an answer", json.dumps(answer))
