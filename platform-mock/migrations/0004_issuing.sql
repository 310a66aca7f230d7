-- The right to write an order's tickets to one card, given to one journal of one terminal for one handover.
-- left_at_platform: JSON list of the tickets there was no room for.
CREATE TABLE grants (
    handover         TEXT PRIMARY KEY,
    order_id         TEXT NOT NULL REFERENCES orders,
    terminal         INTEGER NOT NULL REFERENCES terminals,
    incarnation      TEXT NOT NULL,
    card             TEXT NOT NULL,
    fence            INTEGER NOT NULL,
    left_at_platform TEXT NOT NULL,
    open             INTEGER NOT NULL DEFAULT 1,
    at               INTEGER NOT NULL,
    UNIQUE (order_id, fence)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_grant_an_order ON grants (order_id) WHERE open = 1;

CREATE TABLE granted_tickets (
    handover TEXT NOT NULL REFERENCES grants,
    ticket   INTEGER NOT NULL REFERENCES tickets,
    epoch    INTEGER NOT NULL,
    hop      INTEGER NOT NULL,
    PRIMARY KEY (handover, ticket)
) STRICT, WITHOUT ROWID;

-- Tickets issued anew: whatever carries an epoch below `epoch` is worth nothing. Never goes back.
CREATE TABLE recalls (
    ticket INTEGER PRIMARY KEY REFERENCES tickets,
    event  INTEGER NOT NULL,
    epoch  INTEGER NOT NULL
) STRICT;

-- What terminals reported, every row of their journals once.
CREATE TABLE reports (
    terminal        INTEGER NOT NULL,
    incarnation     TEXT NOT NULL,
    row             INTEGER NOT NULL,
    handover        TEXT NOT NULL,
    card            TEXT NOT NULL,
    report          TEXT NOT NULL,
    newest          INTEGER NOT NULL,
    proved          INTEGER,
    received        INTEGER NOT NULL,
    PRIMARY KEY (terminal, incarnation, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_by_card ON reports (card);
CREATE INDEX reports_by_handover ON reports (handover, row);

-- Every use of a card key.
CREATE TABLE card_log (
    entry    INTEGER PRIMARY KEY,
    card     TEXT NOT NULL,
    terminal INTEGER NOT NULL,
    role     TEXT NOT NULL,
    outcome  TEXT NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX card_log_by_card ON card_log (card);

CREATE TABLE entrance_records (
    terminal INTEGER NOT NULL REFERENCES terminals,
    row      INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    event    INTEGER NOT NULL,
    card     TEXT,
    ticket   INTEGER,
    outcome  TEXT NOT NULL,
    PRIMARY KEY (terminal, row)
) STRICT, WITHOUT ROWID;
CREATE INDEX entrance_by_ticket ON entrance_records (ticket);
