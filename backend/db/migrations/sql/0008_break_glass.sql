-- Who opened one record in an emergency, why and until when, and what a supervisor found; and what people are told.

CREATE TABLE break_glass (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  person_id uuid NOT NULL,
  motive text NOT NULL CHECK (motive IN ('vital_emergency', 'continuity_of_care', 'asked_by_the_person', 'other')),
  reason text NOT NULL,
  opened_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL CHECK (ends_at > opened_at),
  closed_at timestamptz,
  finding text CHECK (finding IN ('justified', 'not_justified')),
  review_note text NOT NULL DEFAULT '',
  reviewed_by uuid,
  reviewed_at timestamptz,
  PRIMARY KEY (territory_id, id),
  CHECK ((finding IS NULL) = (reviewed_at IS NULL) AND reviewed_by IS DISTINCT FROM user_id)
);
CREATE INDEX break_glass_user ON break_glass (user_id, opened_at);
CREATE INDEX break_glass_unreviewed ON break_glass (territory_id, opened_at) WHERE reviewed_at IS NULL;

ALTER TABLE break_glass ENABLE ROW LEVEL SECURITY;
ALTER TABLE break_glass FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON break_glass USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE ON break_glass TO maraude_app;

-- A notice is its reader's alone: others may write one to a colleague of their territory, and never read it.
CREATE TABLE notice (
  id uuid PRIMARY KEY,
  territory_id uuid REFERENCES territory (id),
  user_id uuid NOT NULL REFERENCES app_user (id),
  kind text NOT NULL,
  detail text NOT NULL DEFAULT '',
  made_at timestamptz NOT NULL,
  read_at timestamptz
);
CREATE INDEX notice_territory ON notice (territory_id);
CREATE INDEX notice_user ON notice (user_id, made_at);
CREATE INDEX notice_unread ON notice (user_id) WHERE read_at IS NULL;

ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
ALTER TABLE notice FORCE ROW LEVEL SECURITY;
CREATE POLICY own_notice ON notice USING (user_id = maraude_user()) WITH CHECK (user_id = maraude_user());
CREATE POLICY to_a_colleague ON notice FOR INSERT WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE ON notice TO maraude_app;

-- What one reader looked at lately is asked at every look (backend/journal/bulk.py).
CREATE INDEX journal_user_at ON journal (territory_id, user_id, at);
