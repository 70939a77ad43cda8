-- One row per seal: the entries that it covers, a digest of each, and a signature over all of it and the seal before.
CREATE TABLE journal_seal (
  territory_id uuid NOT NULL REFERENCES territory (id),
  n bigint NOT NULL CHECK (n > 0),
  seqs bigint[] NOT NULL,
  digests bytea NOT NULL,
  hash bytea NOT NULL,
  key_id text NOT NULL,
  signature bytea NOT NULL,
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, n),
  CHECK (length(digests) = 32 * cardinality(seqs))
);
CREATE INDEX journal_at ON journal (territory_id, at);

ALTER TABLE journal_seal ENABLE ROW LEVEL SECURITY;
ALTER TABLE journal_seal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON journal_seal USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT ON journal_seal TO maraude_app;
