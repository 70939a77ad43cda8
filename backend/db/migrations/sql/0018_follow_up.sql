-- What a push has touched and the read models and the rules across records have yet to look at (backend/log/follow.py).
-- A row is written in the push's own transaction and taken away in the one that has followed it.

CREATE TABLE follow_up (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  noted text NOT NULL,
  noted_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, id)
);

ALTER TABLE follow_up ENABLE ROW LEVEL SECURITY;
ALTER TABLE follow_up FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON follow_up USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
-- The sweeper sees in which territories something waits.
CREATE POLICY follow_up_by_system ON follow_up FOR SELECT
  USING (current_setting('maraude.system', true) = 'jobs');
GRANT SELECT, INSERT, DELETE ON follow_up TO maraude_app;
