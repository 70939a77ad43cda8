-- Typed tables of what is asked before an injection and of what happens after it; clocks of products and vials.

CREATE TABLE questionnaire (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  visit_id uuid,
  version text,
  antigens text[] NOT NULL DEFAULT '{}',
  asked text[] NOT NULL DEFAULT '{}',
  answered_yes text[] NOT NULL DEFAULT '{}',
  answered_unknown text[] NOT NULL DEFAULT '{}',
  outcome text,
  asked_at timestamptz,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id),
  FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id)
);
CREATE INDEX questionnaire_person_id ON questionnaire (territory_id, person_id);
CREATE INDEX questionnaire_visit_id ON questionnaire (territory_id, visit_id);

CREATE TABLE adverse_event (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  dose_id uuid,
  visit_id uuid,
  signs text[] NOT NULL DEFAULT '{}',
  onset_at timestamptz,
  serious text[] NOT NULL DEFAULT '{}',
  outcome text,
  treatment text,
  reporter text,
  reported_at timestamptz,
  declared_on date,
  declared_reference text,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id),
  FOREIGN KEY (territory_id, dose_id) REFERENCES dose (territory_id, id),
  FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id)
);
CREATE INDEX adverse_event_person_id ON adverse_event (territory_id, person_id);
CREATE INDEX adverse_event_dose_id ON adverse_event (territory_id, dose_id);
CREATE INDEX adverse_event_visit_id ON adverse_event (territory_id, visit_id);

-- "Who else had a dose of this lot?"
CREATE INDEX dose_lot_number ON dose (territory_id, lot_number) WHERE lot_number IS NOT NULL;

ALTER TABLE dose ADD COLUMN observed_minutes bigint, ADD COLUMN observed_end text;
ALTER TABLE vial ADD COLUMN product_code text, ADD COLUMN lot_number text, ADD COLUMN expires_on date,
  ADD COLUMN thawed_at timestamptz, ADD COLUMN warm_minutes bigint;
ALTER TABLE product ADD COLUMN days_thawed bigint, ADD COLUMN warm_minutes_max bigint, ADD COLUMN storage text,
  ADD COLUMN cvx_code text, ADD COLUMN atc_code text, ADD COLUMN value_sources text[] NOT NULL DEFAULT '{}';

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['questionnaire', 'adverse_event'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
