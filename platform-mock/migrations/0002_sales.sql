-- What each seat of each event belongs to. claim: the hold or order that has the seat; NULL = free. seller NULL = not allocated.
CREATE TABLE stock (
    event  INTEGER NOT NULL REFERENCES events,
    seat   INTEGER NOT NULL,
    seller INTEGER REFERENCES sellers,
    class  INTEGER NOT NULL,
    claim  TEXT,
    PRIMARY KEY (event, seat),
    CHECK (claim IS NULL OR seller IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE holds (
    hold       TEXT PRIMARY KEY,
    event      INTEGER NOT NULL,
    terminal   INTEGER NOT NULL,
    seats      TEXT NOT NULL,
    expires    INTEGER NOT NULL,
    extensions INTEGER NOT NULL DEFAULT 0,
    apart      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX holds_by_expiry ON holds (expires);

CREATE TABLE orders (
    id        TEXT PRIMARY KEY,
    state     TEXT NOT NULL CHECK (state IN ('awaiting_payment', 'paid', 'granted', 'issued', 'cancelled', 'expired', 'refunded')),
    event     INTEGER NOT NULL REFERENCES events,
    seller    INTEGER NOT NULL REFERENCES sellers,
    store     INTEGER NOT NULL REFERENCES stores,
    terminal  INTEGER NOT NULL REFERENCES terminals,
    card      TEXT NOT NULL,
    total     INTEGER NOT NULL,
    tax       INTEGER NOT NULL,
    currency  TEXT NOT NULL,
    slip      TEXT NOT NULL UNIQUE,
    created   INTEGER NOT NULL,
    pay_until INTEGER NOT NULL,
    paid      INTEGER,
    late      INTEGER NOT NULL DEFAULT 0,
    fence     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX unpaid_orders ON orders (pay_until) WHERE state = 'awaiting_payment';
CREATE INDEX orders_by_card ON orders (card);
CREATE INDEX orders_by_store ON orders (store, created);

-- void: the order ended without payment and the seat is free again. A seat is on one ticket at most, whatever the code above does.
CREATE TABLE tickets (
    ticket   INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL REFERENCES orders,
    place    INTEGER NOT NULL,
    event    INTEGER NOT NULL,
    seat     INTEGER NOT NULL,
    class    INTEGER NOT NULL,
    price    INTEGER NOT NULL,
    epoch    INTEGER NOT NULL DEFAULT 1,
    hop      INTEGER NOT NULL DEFAULT 0,
    holder   TEXT NOT NULL DEFAULT 'platform' CHECK (holder IN ('platform', 'terminal', 'card', 'unknown')),
    void     INTEGER NOT NULL DEFAULT 0,
    UNIQUE (order_id, place)
) STRICT;
CREATE UNIQUE INDEX one_ticket_a_seat ON tickets (event, seat) WHERE void = 0;

-- One payment an order, whoever confirms it. outcome 'refunded': the money went back at once.
CREATE TABLE payments (
    order_id TEXT PRIMARY KEY REFERENCES orders,
    clerk    INTEGER NOT NULL REFERENCES clerks,
    amount   INTEGER NOT NULL,
    currency TEXT NOT NULL,
    outcome  TEXT NOT NULL CHECK (outcome IN ('paid', 'paid_late', 'refunded')),
    at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Answers given under idempotency keys.
CREATE TABLE answers (
    caller  TEXT NOT NULL,
    key     TEXT NOT NULL,
    request BLOB NOT NULL,
    answer  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (caller, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX answers_by_age ON answers (at);
