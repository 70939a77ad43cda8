-- The read model of forecasts, which backend/doses/keep.py keeps in step with the records.

-- One row per person record: how far its forecast is current. The rows of joined records name the one human they are;
-- `computed_for_on` is null while the forecast waits to be made again. A new day touches this row alone, unless the
-- answer itself has changed.
CREATE TABLE forecast_person (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  human_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'computed', 'no_birth_date', 'dead')),
  rules_version text,
  computed_for_on date,
  refused_on date,
  unread jsonb NOT NULL DEFAULT '[]',
  notices jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (territory_id, id)
);
CREATE INDEX forecast_person_human_id ON forecast_person (territory_id, human_id);

-- One row per human and antigen: the path that speaks for the antigen, with everything that explains it.
CREATE TABLE forecast (
  territory_id uuid NOT NULL REFERENCES territory (id),
  person_id uuid NOT NULL,
  antigen text NOT NULL,
  vaccine_group text NOT NULL,
  series text NOT NULL,
  status text NOT NULL,
  earliest_on date,
  recommended_on date,
  past_due_on date,
  latest_on date,
  dose_number bigint NOT NULL,
  vaccines text[] NOT NULL DEFAULT '{}',
  doses jsonb NOT NULL DEFAULT '[]',
  lines jsonb NOT NULL DEFAULT '[]',
  notices jsonb NOT NULL DEFAULT '[]',
  guidance jsonb NOT NULL DEFAULT '[]',
  rules_version text NOT NULL,
  validated boolean NOT NULL,
  PRIMARY KEY (territory_id, person_id, antigen)
);
-- "Who is due for this antigen, the longest waiting first?"
CREATE INDEX forecast_due ON forecast (territory_id, antigen, recommended_on, person_id) WHERE status = 'not-complete';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['forecast_person', 'forecast'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
