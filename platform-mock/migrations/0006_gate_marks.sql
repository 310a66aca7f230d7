-- A gate's mark number is unique among the gates of a venue, no longer among all gates, and never changes: it stands on people's cards.
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE old_gates AS SELECT terminal, mark, passage, bundles FROM gates;
DROP TABLE gates;
CREATE TABLE gates (
    terminal INTEGER PRIMARY KEY REFERENCES terminals,
    mark     INTEGER NOT NULL CHECK (mark BETWEEN 0 AND 126),
    passage  TEXT NOT NULL CHECK (passage IN ('in', 'out')),
    bundles  INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO gates (terminal, mark, passage, bundles) SELECT terminal, mark, passage, bundles FROM old_gates;
DROP TABLE old_gates;

-- Which gates stand at which venue.
CREATE VIEW venue_gates AS
SELECT DISTINCT venue, terminal, mark
FROM gate_doors JOIN gates USING (terminal) JOIN events USING (event) JOIN layouts USING (layout);

CREATE TRIGGER gate_mark_is_final BEFORE UPDATE OF mark ON gates
BEGIN SELECT raise(ABORT, 'a gate keeps its mark number'); END;
CREATE TRIGGER gate_mark_is_kept BEFORE DELETE ON gates
BEGIN SELECT raise(ABORT, 'a gate keeps its mark number'); END;
CREATE TRIGGER one_gate_a_mark AFTER INSERT ON gate_doors
WHEN EXISTS (
    SELECT 1 FROM venue_gates mine JOIN venue_gates other USING (venue, mark)
    WHERE mine.terminal = new.terminal AND other.terminal <> new.terminal
)
BEGIN SELECT raise(ABORT, 'two gates of a venue have one mark number'); END;
