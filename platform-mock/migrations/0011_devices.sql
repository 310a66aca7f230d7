-- Terminals by certificates: one-time codes, the certificates themselves, and keys that are agreed on instead of stored.
ALTER TABLE terminals ADD COLUMN sealing_key BLOB CHECK (length(sealing_key) = 32);
ALTER TABLE terminals ADD COLUMN revoked INTEGER;
ALTER TABLE terminals ADD COLUMN revoked_reason TEXT;

-- secret: SHA-256 of the code's secret part. A terminal has one open code at most.
CREATE TABLE enrolment_codes (
    terminal INTEGER PRIMARY KEY REFERENCES terminals,
    secret   BLOB NOT NULL UNIQUE,
    expires  INTEGER NOT NULL
) STRICT;

-- fingerprint: SHA-256 of the certificate in DER. Nothing else counts as a terminal's certificate, whoever signed it.
CREATE TABLE device_certificates (
    fingerprint BLOB PRIMARY KEY,
    terminal    INTEGER NOT NULL REFERENCES terminals,
    serial      TEXT NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    revoked     INTEGER
) STRICT;
CREATE INDEX certificates_of_terminal ON device_certificates (terminal, not_after);

-- The authority all nodes have to have, by a hash of its certificate and the agreement key.
CREATE TABLE platform_authority (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB NOT NULL
) STRICT;

-- Handshakes with cards that got their answer, so that no node answers one twice.
CREATE TABLE used_handshakes (
    handshake BLOB PRIMARY KEY,
    expires   INTEGER NOT NULL
) STRICT;
CREATE INDEX used_handshakes_by_end ON used_handshakes (expires);

-- Which version of the master keys a card was formatted with; a card that is not here has the first.
CREATE TABLE card_keys (
    card    TEXT PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;
