-- Who sits at the desk when, and the calendars that users let their own devices read: a token of each is kept as its hash.

CREATE TABLE desk_shift (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  made_by uuid NOT NULL REFERENCES app_user (id),
  made_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, id),
  CHECK (starts_at < ends_at)
);
CREATE INDEX desk_shift_starts_at ON desk_shift (territory_id, starts_at);
CREATE INDEX desk_shift_user_id ON desk_shift (user_id);
CREATE INDEX desk_shift_made_by ON desk_shift (made_by);

CREATE TABLE calendar_token (
  territory_id uuid NOT NULL REFERENCES territory (id),
  token_hash bytea NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  made_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, user_id),
  UNIQUE (territory_id, token_hash)
);
CREATE INDEX calendar_token_user_id ON calendar_token (user_id);

ALTER TABLE desk_shift ENABLE ROW LEVEL SECURITY;
ALTER TABLE desk_shift FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON desk_shift USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
ALTER TABLE calendar_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_token FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON calendar_token USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE, DELETE ON desk_shift, calendar_token TO maraude_app;
