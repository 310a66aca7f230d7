"""Compares the platform's tables with the ledger. Reads them with SQL and hashes of its own: nothing here is the product's."""

import hashlib
import json
import sqlite3
import subprocess
from collections import Counter

QUESTIONS = {
    "stock": "SELECT seat, claim FROM stock WHERE event = 2 AND claim IS NOT NULL",
    "holds": "SELECT hold, seats FROM holds",
    "orders": "SELECT id, state, card, total, slip FROM orders",
    "tickets": "SELECT ticket, order_id, event, seat, price, epoch, hop, void FROM tickets WHERE order_id IS NOT NULL",
    "payments": "SELECT order_id, amount, outcome FROM payments",
    "grants": "SELECT handover, order_id, fence FROM grants WHERE order_id IS NOT NULL",
    "journal": "SELECT node, link, entry, hash FROM journal ORDER BY node, link",
}
HEX = "encode(hash, 'hex') AS hash"
HAVING_PAID = ("paid", "granted", "issued")


def ask(database, question):
    """The rows of one question."""
    if database.startswith("host="):
        words = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--field-separator", "\t", "--command", question, database]
        told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        return [tuple(line.split("\t")) for line in told.splitlines()]
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return link.execute(question).fetchall()
    finally:
        link.close()


def read(database):
    """All tables the checker looks at, rows as tuples of text, at one moment."""
    if database.startswith("host="):
        # One statement sees one moment.
        parts = ", ".join(
            f"'{name}', (SELECT coalesce(json_agg(found), '[]') FROM ({question.replace(' hash FROM', chr(32) + HEX + ' FROM')}) found)"
            for name, question in QUESTIONS.items()
        )
        asked = ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--command", f"SELECT json_build_object({parts})", database]
        told = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
        return {name: [tuple(str(value) for value in row.values()) for row in rows] for name, rows in told.items()}
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        link.execute("BEGIN")
        whole = link.execute("PRAGMA integrity_check").fetchall()
        assert whole == [("ok",)], whole
        return {
            name: [tuple(value.hex() if isinstance(value, bytes) else str(value) for value in row) for row in link.execute(question)]
            for name, question in QUESTIONS.items()
        }
    finally:
        link.close()


def check(tables, purchases, before):
    """Everything that is wrong, in words. `before`: orders the platform had when the loop began."""
    wrong = []
    say = wrong.append
    orders = {row[0]: row for row in tables["orders"]}
    payments = {row[0]: row for row in tables["payments"]}
    grants = {row[0]: row for row in tables["grants"]}
    claims = {int(seat): claim for seat, claim in tables["stock"]}
    tickets = {}
    for ticket, order, event, seat, price, epoch, hop, void in tables["tickets"]:
        tickets.setdefault(order, []).append((int(ticket), int(event), int(seat), int(price), int(epoch), int(hop), void == "1"))

    # Seats: nobody has one twice, and the stock says the same as the tickets.
    live = Counter((event, seat) for rows in tickets.values() for _, event, seat, _, _, _, void in rows if not void)
    for seat, count in live.items():
        if count > 1:
            say(f"seat {seat} was sold {count} times")
    for id, rows in tickets.items():
        for ticket, event, seat, _, _, _, void in rows:
            if event == 2 and not void and claims.get(seat) != id:
                say(f"ticket {ticket} has seat {seat}, the stock says {claims.get(seat)}")
    held = {row[0]: json.loads(row[1]) for row in tables["holds"]}
    for seat, claim in claims.items():
        of_order = any(row[2] == seat and not row[6] for row in tickets.get(claim, []))
        if not of_order and seat not in flat(held.get(claim, [])):
            say(f"seat {seat} is claimed by {claim}, which has it not")

    # Money: every order's sum is its tickets', every payment its order's, and the state says whether it was paid.
    for id, state, _, total, _ in orders.values():
        if sum(row[3] for row in tickets.get(id, [])) != int(total):
            say(f"order {id} costs {total}, its tickets do not")
        outcome = payments[id][2] if id in payments else None
        expected = ("paid", "paid_late") if state in HAVING_PAID else ("refunded",) if state == "refunded" else (None,)
        if outcome not in expected and id not in before:
            say(f"order {id} is {state} and its payment {outcome}")
        if outcome is not None and int(payments[id][1]) != int(total):
            say(f"order {id} costs {total} and {payments[id][1]} was paid")
        if any(row[6] for row in tickets.get(id, [])) and state in HAVING_PAID:
            say(f"order {id} is {state} and has void tickets")

    # What was acknowledged is there.
    of_card = {}
    for order in orders.values():
        if order[0] not in before:
            of_card.setdefault(order[2], []).append(order)
    for purchase in purchases:
        told = purchase.told
        name = f"the customer with card {purchase.card}"
        found = of_card.pop(purchase.card, [])
        if len(found) > 1:
            say(f"{name} has {len(found)} orders")
        if "order" in told:
            ack = told["order"]
            order = orders.get(ack["order"])
            if order is None:
                say(f"LOST: order {ack['order']} of {name}")
                continue
            if (order[2], int(order[3]), order[4]) != (purchase.card, ack["total"], ack["slip"]):
                say(f"order {order} is not as {name} was told: {ack}")
            mine = sorted(tickets.get(order[0], []))
            if sorted(row[0] for row in mine) != sorted(ack["tickets"]) or sorted(row[2] for row in mine) != purchase.seats:
                say(f"order {order[0]} has other tickets than {name} was told")
        elif found and "order" not in purchase.asked:
            say(f"{name} never ordered and has {found}")
        elif found:
            say(f"{name} was never told of {found}" + (f", but {purchase.refused}" if purchase.refused else ""))
        if "pay" in told:
            id, outcome = told["order"]["order"], told["pay"]["outcome"]
            if id not in payments or payments[id][2] != outcome:
                say(f"LOST: payment of {name}: told {outcome}, booked {payments.get(id)}")
        elif "order" in told and told["order"]["order"] in payments:
            say(f"{name} was never told of {payments[told['order']['order']]}, {purchase.refused}")
        if "grant" in told:
            ack, row = told["grant"], grants.get(purchase.handover)
            if row is None or (row[1], int(row[2])) != (told["order"]["order"], ack["fence"]):
                say(f"LOST: grant of {name}: {row}")
            booked = {row[0]: (row[4], row[5]) for row in tickets.get(told["order"]["order"], [])}
            if any(booked.get(ticket["ticket"]) != (ticket["epoch"], ticket["hop"]) for ticket in ack["tickets"]):
                say(f"LOST: tickets of {name} are {booked}")
        elif purchase.handover in grants:
            say(f"{name} was never told of a grant")
    for card, found in of_card.items():
        say(f"nobody asked for {found}, card {card}")
    return wrong + check_journal(tables["journal"], orders, payments, grants, before)


def spoiled(tables, before):
    """The same books with one thing wrong in each. A checker that finds nothing in these proves nothing."""
    sold = next(row for row in tables["orders"] if row[0] not in before and any(paid[0] == row[0] for paid in tables["payments"]))
    id = sold[0]

    def without(name, gone):
        return {**tables, name: [row for row in tables[name] if not gone(row)]}

    yield "an order is lost", without("orders", lambda row: row[0] == id)
    yield "a payment is lost", without("payments", lambda row: row[0] == id)
    yield "a grant is lost", {**tables, "grants": tables["grants"][:-1]}
    again = next(row for row in tables["tickets"] if row[1] == id)
    yield "a seat is sold twice", {**tables, "tickets": [*tables["tickets"], ("0", *again[1:])]}
    dearer = [(*row[:3], str(int(row[3]) + 1), row[4]) if row[0] == id else row for row in tables["orders"]]
    yield "a sum is wrong", {**tables, "orders": dearer}
    yield "a seat is free again", without("stock", lambda row: row[1] == id)
    first = tables["journal"][0]
    yield "the journal is edited", {**tables, "journal": [(*first[:2], first[2] + " ", first[3]), *tables["journal"][1:]]}
    yield "the journal's end is cut", {**tables, "journal": tables["journal"][:-1]}


def check_journal(rows, orders, payments, grants, before):
    """The chains, and that each order, payment and grant stands in them once."""
    wrong = []
    told, last = Counter(), {}
    for node, link, entry, digest in rows:
        node, link = int(node), int(link)
        after, hash_before = last.get(node, (0, origin(node)))
        expected = hashlib.sha256(hash_before + link.to_bytes(8, "little") + entry.encode()).digest()
        if link != after + 1 or expected.hex() != digest:
            wrong.append(f"journal: link {link} of node {node} does not follow {after}")
        last[node] = (link, bytes.fromhex(digest))
        read = json.loads(entry)
        told[(read["kind"], read.get("order"))] += 1
    for kind, expected in (("ordered", orders), ("payment", payments)):
        for id in expected:
            if id not in before and told[(kind, id)] != 1:
                wrong.append(f"the journal has {told[(kind, id)]} rows '{kind}' of order {id}")
    for _, order, _ in grants.values():
        if order not in before and told[("granted", order)] != 1:
            wrong.append(f"the journal has {told[('granted', order)]} rows 'granted' of order {order}")
    return wrong


def origin(node):
    if node == 1:
        return bytes(32)
    return hashlib.sha256(b"kippu journal of node" + node.to_bytes(8, "little")).digest()


def flat(seats):
    return [seat["seat"] for seat in seats]
