-- What a territory holds dear when its rounds are planned (backend/dispatch/weights.py): each change is a row of its own,
-- the highest version is in force, and a territory without one plans with the defaults.

CREATE TABLE planning_weights (
  territory_id uuid NOT NULL REFERENCES territory (id),
  version int NOT NULL CHECK (version > 0),
  weights jsonb NOT NULL,
  reason text NOT NULL,
  set_by uuid NOT NULL,
  set_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, version)
);

ALTER TABLE planning_weights ENABLE ROW LEVEL SECURITY;
ALTER TABLE planning_weights FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON planning_weights USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT ON planning_weights TO maraude_app;
