-- What a supervisor decided about an op that was refused or held. The op itself never changes and is never deleted.

CREATE TABLE quarantine_decision (
  territory_id uuid NOT NULL REFERENCES territory (id),
  actor bigint NOT NULL,
  n bigint NOT NULL,
  op_id uuid NOT NULL,
  decision text NOT NULL CHECK (decision IN ('replayed', 'dismissed')),
  reason text NOT NULL DEFAULT '',
  replayed_actor bigint,
  replayed_n bigint,
  decided_by uuid NOT NULL,
  decided_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, actor, n),
  FOREIGN KEY (territory_id, actor, n) REFERENCES op (territory_id, actor, n),
  FOREIGN KEY (territory_id, replayed_actor, replayed_n) REFERENCES op (territory_id, actor, n),
  CHECK ((decision = 'replayed') = (replayed_n IS NOT NULL)),
  CHECK ((replayed_n IS NULL) = (replayed_actor IS NULL)),
  CHECK (decision = 'replayed' OR reason <> '')
);
CREATE INDEX quarantine_decision_replayed ON quarantine_decision (territory_id, replayed_actor, replayed_n);

ALTER TABLE quarantine_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine_decision FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON quarantine_decision USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT ON quarantine_decision TO maraude_app;
