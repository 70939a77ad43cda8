-- Which doses somebody has keyed into the national register, by hand: who, and when.

CREATE TABLE keyed_dose (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  keyed_by uuid NOT NULL,
  keyed_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, id)
);

ALTER TABLE keyed_dose ENABLE ROW LEVEL SECURITY;
ALTER TABLE keyed_dose FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON keyed_dose USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE, DELETE ON keyed_dose TO maraude_app;
