-- Tickets move between cards, paper, terminals and the platform: who has each of them, who may ask for them, and what was said about it.
--
-- Children of `tickets` are set aside and dropped before it, so that dropping it looks for none.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE old_grants AS SELECT * FROM grants;
CREATE TEMP TABLE old_granted AS SELECT * FROM granted_tickets;
CREATE TEMP TABLE old_recalls AS SELECT * FROM recalls;
CREATE TEMP TABLE old_refused AS SELECT * FROM refused_grants;
CREATE TEMP TABLE old_tickets AS SELECT * FROM tickets;
CREATE INDEX temp.old_granted_by_ticket ON old_granted (ticket);
CREATE INDEX temp.old_grants_by_handover ON old_grants (handover);
DROP TABLE granted_tickets;
DROP TABLE grants;
DROP TABLE recalls;
DROP TABLE refused_grants;
DROP TABLE tickets;

-- Numbers that are given out once: `ticket` the last ticket id, `fence` the last fence of an ownership.
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A handover has one owner (R6): this journal of this terminal. fence 0: it never asked before it took.
-- released: the owner let go of it and nobody has taken it over. ended: none of its tickets is in a terminal's hands any more.
CREATE TABLE handovers (
    handover    TEXT PRIMARY KEY,
    terminal    INTEGER NOT NULL REFERENCES terminals,
    incarnation TEXT NOT NULL,
    fence       INTEGER NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('open', 'released', 'ended')),
    purpose     TEXT CHECK (purpose IN ('assignment', 'paper', 'parking')),
    giver       TEXT,
    receiver    TEXT,
    begun       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX handovers_by_giver ON handovers (giver);
CREATE INDEX handovers_by_receiver ON handovers (receiver);
CREATE INDEX handovers_by_terminal ON handovers (terminal) WHERE state <> 'ended';

-- order_id, place, price: NULL for what was not sold here. seat: NULL for what is no seat. signed: the signed ticket as somebody brought it;
-- NULL where it is made from the order.
-- hop, phase: how far it has come, which decides what is newer. phase 0 on its way to this hop, 1 held at it, 2 perhaps taken at it, 3 taken.
-- bound: highest hop any record was made for. holder_card, serial: which card, which paper (as a signed number).
-- handover: the one that changed it last. parcel: where it can be fetched while it is at the platform, or could; NULL: by its order.
-- moved: it has left the card its order brought it to, so it is no longer the order's matter.
CREATE TABLE tickets (
    ticket      INTEGER PRIMARY KEY,
    order_id    TEXT REFERENCES orders,
    place       INTEGER,
    event       INTEGER NOT NULL,
    kind        TEXT NOT NULL DEFAULT 'seat' CHECK (kind IN ('seat', 'free_seating', 'voucher', 'membership')),
    seat        INTEGER,
    class       INTEGER NOT NULL DEFAULT 0,
    price       INTEGER,
    signed      BLOB,
    epoch       INTEGER NOT NULL DEFAULT 1,
    hop         INTEGER NOT NULL DEFAULT 0,
    phase       INTEGER NOT NULL DEFAULT 0 CHECK (phase BETWEEN 0 AND 3),
    bound       INTEGER NOT NULL DEFAULT 0,
    holder      TEXT NOT NULL DEFAULT 'platform' CHECK (holder IN ('platform', 'terminal', 'card', 'paper', 'unknown')),
    holder_card TEXT,
    serial      INTEGER,
    handover    TEXT REFERENCES handovers,
    parcel      TEXT REFERENCES parcels,
    moved       INTEGER NOT NULL DEFAULT 0,
    void        INTEGER NOT NULL DEFAULT 0,
    UNIQUE (order_id, place),
    CHECK (order_id IS NULL OR (place IS NOT NULL AND seat IS NOT NULL AND price IS NOT NULL)),
    CHECK (order_id IS NOT NULL OR signed IS NOT NULL),
    CHECK ((holder = 'card') = (holder_card IS NOT NULL)),
    CHECK ((holder = 'paper') = (serial IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX one_ticket_a_seat ON tickets (event, seat) WHERE void = 0 AND order_id IS NOT NULL;
CREATE INDEX tickets_by_card ON tickets (holder_card) WHERE holder_card IS NOT NULL;
CREATE INDEX tickets_by_handover ON tickets (handover) WHERE handover IS NOT NULL;
CREATE INDEX tickets_by_parcel ON tickets (parcel) WHERE parcel IS NOT NULL;

-- Tickets of a handover with the epoch and hop it got them with; what it makes of them is one hop higher.
-- given_up: the owner gave it to the platform, so that nothing it still says about it counts.
CREATE TABLE handover_tickets (
    handover TEXT NOT NULL REFERENCES handovers,
    ticket   INTEGER NOT NULL REFERENCES tickets,
    epoch    INTEGER NOT NULL,
    hop      INTEGER NOT NULL,
    given_up INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (handover, ticket)
) STRICT, WITHOUT ROWID;
CREATE INDEX handovers_by_ticket ON handover_tickets (ticket);

-- Tickets that wait at the platform after they were on a card. code: keyed hash of the code on the slip. terminal NULL: issued anew and put
-- there by an operator, under a handover number of its own.
CREATE TABLE parcels (
    parcel   TEXT PRIMARY KEY,
    handover TEXT NOT NULL,
    attempt  INTEGER NOT NULL,
    terminal INTEGER REFERENCES terminals,
    code     BLOB NOT NULL,
    giver    TEXT,
    receiver TEXT,
    at       INTEGER NOT NULL,
    UNIQUE (handover, terminal, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX parcels_by_code ON parcels (code);
CREATE INDEX parcels_by_giver ON parcels (giver);
CREATE INDEX parcels_by_receiver ON parcels (receiver);

CREATE TABLE parcel_tickets (
    parcel TEXT NOT NULL REFERENCES parcels,
    place  INTEGER NOT NULL,
    ticket INTEGER NOT NULL REFERENCES tickets,
    PRIMARY KEY (parcel, place)
) STRICT, WITHOUT ROWID;

-- The right to write an order's or a parcel's tickets to one card, given to one journal of one terminal for one handover.
-- left_at_platform: JSON list of the tickets there was no room for.
CREATE TABLE grants (
    handover         TEXT PRIMARY KEY REFERENCES handovers,
    order_id         TEXT REFERENCES orders,
    parcel           TEXT REFERENCES parcels,
    terminal         INTEGER NOT NULL REFERENCES terminals,
    incarnation      TEXT NOT NULL,
    card             TEXT NOT NULL,
    fence            INTEGER NOT NULL,
    left_at_platform TEXT NOT NULL,
    at               INTEGER NOT NULL,
    CHECK ((order_id IS NULL) <> (parcel IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_order ON grants (order_id);
CREATE INDEX grants_by_parcel ON grants (parcel);
CREATE INDEX grants_by_card ON grants (card);

-- What owners let go of, once an ownership, and who took it. cards, tickets: JSON lists. row: the journal row, unread.
CREATE TABLE releases (
    handover          TEXT NOT NULL REFERENCES handovers,
    fence             INTEGER NOT NULL,
    terminal          INTEGER NOT NULL REFERENCES terminals,
    incarnation       TEXT NOT NULL,
    attempt           INTEGER NOT NULL,
    code              BLOB NOT NULL,
    cards             TEXT NOT NULL,
    tickets           TEXT NOT NULL,
    row_version       INTEGER NOT NULL,
    row               TEXT NOT NULL,
    at                INTEGER NOT NULL,
    taken_by          INTEGER REFERENCES terminals,
    taken_incarnation TEXT,
    taken_fence       INTEGER,
    PRIMARY KEY (handover, fence)
) STRICT, WITHOUT ROWID;
CREATE INDEX releases_by_code ON releases (code);
CREATE INDEX open_releases ON releases (at) WHERE taken_by IS NULL;

-- Papers terminals asked for or reported. void: did not come out, or not usably; never taken back (R16).
CREATE TABLE papers (
    serial   INTEGER PRIMARY KEY,
    handover TEXT NOT NULL,
    ticket   INTEGER NOT NULL,
    event    INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    hop      INTEGER NOT NULL,
    void     INTEGER NOT NULL DEFAULT 0,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX void_papers ON papers (event) WHERE void = 1;

-- Recalled: whatever carries an epoch below `epoch` is worth nothing. Never goes back.
CREATE TABLE recalls (
    ticket INTEGER PRIMARY KEY REFERENCES tickets,
    event  INTEGER NOT NULL,
    epoch  INTEGER NOT NULL
) STRICT;

-- Requests that were refused for good (R7): a first one that arrives late finds its refusal here and not the world as it is by then.
CREATE TABLE refusals (
    handover TEXT NOT NULL,
    terminal INTEGER NOT NULL REFERENCES terminals,
    request  TEXT NOT NULL CHECK (request IN ('grant', 'register', 'park', 'release')),
    attempt  INTEGER NOT NULL,
    code     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (handover, terminal, request, attempt)
) STRICT, WITHOUT ROWID;

-- Which reports are about a ticket.
CREATE TABLE reported_tickets (
    ticket      INTEGER NOT NULL,
    terminal    INTEGER NOT NULL,
    incarnation TEXT NOT NULL,
    row         INTEGER NOT NULL,
    handover    TEXT NOT NULL,
    PRIMARY KEY (ticket, terminal, incarnation, row)
) STRICT, WITHOUT ROWID;

INSERT INTO handovers (handover, terminal, incarnation, fence, state, receiver, begun)
SELECT handover, terminal, incarnation, fence, iif(open, 'open', 'ended'), card, at FROM old_grants;

INSERT INTO tickets (ticket, order_id, place, event, seat, class, price, epoch, hop, phase, bound, holder, holder_card, handover, void)
SELECT t.ticket, t.order_id, t.place, t.event, t.seat, t.class, t.price, t.epoch, t.hop, iif(t.holder = 'card', 1, 0), t.hop, t.holder,
    iif(t.holder = 'card', coalesce(last.card, o.card), NULL), last.handover, t.void
FROM old_tickets t
JOIN orders o ON o.id = t.order_id
LEFT JOIN old_granted w ON w.ticket = t.ticket AND w.epoch = t.epoch AND w.hop = t.hop
LEFT JOIN old_grants last ON last.handover = w.handover;

INSERT INTO grants (handover, order_id, terminal, incarnation, card, fence, left_at_platform, at)
SELECT handover, order_id, terminal, incarnation, card, fence, left_at_platform, at FROM old_grants;
INSERT INTO handover_tickets (handover, ticket, epoch, hop) SELECT handover, ticket, epoch, hop - 1 FROM old_granted;
INSERT INTO recalls (ticket, event, epoch) SELECT ticket, event, epoch FROM old_recalls;
INSERT INTO refusals (handover, terminal, request, attempt, code, detail, at)
SELECT handover, terminal, 'grant', 0, code, detail, at FROM old_refused;
INSERT INTO reported_tickets (ticket, terminal, incarnation, row, handover)
SELECT DISTINCT told.value, terminal, incarnation, row, handover FROM reports, json_each(report, '$.tickets') AS told;
INSERT INTO counters (name, value) VALUES
    ('ticket', (SELECT coalesce(max(ticket), 0) FROM tickets)),
    ('fence', (SELECT coalesce(max(fence), 0) FROM handovers));

DROP TABLE old_grants;
DROP TABLE old_granted;
DROP TABLE old_recalls;
DROP TABLE old_refused;
DROP TABLE old_tickets;
