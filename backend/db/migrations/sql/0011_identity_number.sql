-- A person's national identity number, sealed by the application: no key of anything, in no record, log or tablet.
-- `mark` is a keyed mark of the number (HMAC), by which an exact number is found without being readable.

CREATE TABLE identity_number (
  territory_id uuid NOT NULL REFERENCES territory (id),
  person_id uuid NOT NULL,
  sealed bytea NOT NULL,
  key_id text NOT NULL,
  mark text NOT NULL,
  recorded_by uuid NOT NULL,
  recorded_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, person_id)
);
CREATE INDEX identity_number_mark ON identity_number (territory_id, mark);
CREATE INDEX identity_number_key_id ON identity_number (territory_id, key_id);

ALTER TABLE identity_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE identity_number FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON identity_number USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE, DELETE ON identity_number TO maraude_app;
