-- What a territory lets vaccination rules say that no physician has signed. A choice is added, never changed: the last holds.

CREATE TABLE rules_choice (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  unsigned_rules text NOT NULL CHECK (unsigned_rules IN ('off', 'labelled', 'followed')),
  reason text NOT NULL CHECK (reason <> ''),
  chosen_by uuid NOT NULL REFERENCES app_user (id),
  chosen_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, id)
);
CREATE INDEX rules_choice_chosen_by ON rules_choice (chosen_by);

ALTER TABLE rules_choice ENABLE ROW LEVEL SECURITY;
ALTER TABLE rules_choice FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON rules_choice USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT ON rules_choice TO maraude_app;
