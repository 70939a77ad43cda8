-- What the server keeps so that a tablet's records can be read: a share per tablet and person, sealed, never given without proof.

ALTER TABLE tablet ADD COLUMN wipe_ordered_at timestamptz;

-- The tablet's own share, given to whoever signs in on it with both factors; null once the tablet was wiped.
CREATE TABLE tablet_share (
  territory_id uuid NOT NULL REFERENCES territory (id),
  tablet_id uuid NOT NULL,
  share bytea NOT NULL,
  share_key_id text NOT NULL,
  PRIMARY KEY (territory_id, tablet_id),
  FOREIGN KEY (territory_id, tablet_id) REFERENCES tablet (territory_id, id)
);

-- Who may open a tablet by PIN. `share` is null once the PIN was guessed wrong too often; `next_share` waits for the tablet
-- to have taken it over, after a code was spoken.
CREATE TABLE tablet_person (
  territory_id uuid NOT NULL REFERENCES territory (id),
  tablet_id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  verifier_hash bytea NOT NULL,
  share bytea,
  share_key_id text,
  next_share bytea,
  next_share_key_id text,
  guesses int NOT NULL DEFAULT 0,
  signed_in_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, tablet_id, user_id),
  FOREIGN KEY (territory_id, tablet_id) REFERENCES tablet (territory_id, id)
);
CREATE INDEX tablet_person_user_id ON tablet_person (user_id);

-- The shares of a tablet's people sealed under a code that is spoken once; the tablet holds `sealed`, the server the code.
CREATE TABLE tablet_rescue (
  territory_id uuid NOT NULL REFERENCES territory (id),
  tablet_id uuid NOT NULL,
  number int NOT NULL,
  code bytea NOT NULL,
  code_key_id text NOT NULL,
  salt bytea NOT NULL,
  sealed bytea NOT NULL,
  people_sum bytea NOT NULL,
  made_at timestamptz NOT NULL,
  spoken_at timestamptz,
  spoken_by uuid REFERENCES app_user (id),
  reason text NOT NULL DEFAULT '',
  PRIMARY KEY (territory_id, tablet_id, number),
  FOREIGN KEY (territory_id, tablet_id) REFERENCES tablet (territory_id, id),
  CHECK ((spoken_at IS NULL) = (reason = ''))
);
CREATE INDEX tablet_rescue_spoken_by ON tablet_rescue (spoken_by);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tablet_share', 'tablet_person', 'tablet_rescue'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
