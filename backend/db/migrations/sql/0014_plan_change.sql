-- Changes by hand of a draft plan: what was changed, by whom, and the draft before. `version` is the plan's after it.

CREATE TABLE plan_change (
  territory_id uuid NOT NULL REFERENCES territory (id),
  plan_id uuid NOT NULL,
  version int NOT NULL,
  change jsonb NOT NULL,
  before jsonb NOT NULL,
  undone boolean NOT NULL DEFAULT false,
  made_by uuid,
  made_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, plan_id, version),
  FOREIGN KEY (territory_id, plan_id) REFERENCES plan (territory_id, id)
);

ALTER TABLE plan_change ENABLE ROW LEVEL SECURITY;
ALTER TABLE plan_change FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON plan_change USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE, DELETE ON plan_change TO maraude_app;
