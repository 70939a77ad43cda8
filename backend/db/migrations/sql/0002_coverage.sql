-- The read model of coverage: which cells exist, how much each holds, and which cells each subject is counted in.
-- A rebuild fills the next generation beside the one that serves, then one row switches (backend/coverage/keep.py).

CREATE TABLE coverage_state (
  territory_id uuid PRIMARY KEY REFERENCES territory (id),
  generation bigint NOT NULL DEFAULT 1,
  generation_building bigint,
  rebuild_needed_at timestamptz,
  rebuilt_at timestamptz
);

-- "No campaign" and "no zone" are the nil uuid and "no day" is -infinity, so that one plain unique index finds a cell.
CREATE TABLE coverage_cell (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  measure text NOT NULL,
  campaign_id uuid NOT NULL,
  zone_id uuid NOT NULL,
  population_group text NOT NULL,
  age_band text NOT NULL,
  period_on date NOT NULL,
  detail text NOT NULL,
  PRIMARY KEY (territory_id, id),
  CONSTRAINT coverage_cell_key UNIQUE
    (territory_id, measure, campaign_id, zone_id, population_group, age_band, period_on, detail)
);

CREATE TABLE coverage_count (
  territory_id uuid NOT NULL REFERENCES territory (id),
  generation bigint NOT NULL,
  cell_id bigint NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (territory_id, generation, cell_id),
  FOREIGN KEY (territory_id, cell_id) REFERENCES coverage_cell (territory_id, id)
);
CREATE INDEX coverage_count_cell ON coverage_count (territory_id, cell_id);

CREATE TABLE coverage_subject (
  territory_id uuid NOT NULL REFERENCES territory (id),
  kind text NOT NULL CHECK (kind IN ('person', 'request', 'site', 'vial', 'act')),
  id uuid NOT NULL,
  generation bigint NOT NULL DEFAULT 0,
  cell_ids bigint[] NOT NULL DEFAULT '{}',
  cell_ns bigint[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (territory_id, kind, id),
  CHECK (cardinality(cell_ids) = cardinality(cell_ns))
);

-- Who was present at an education session is asked by person.
CREATE INDEX education_session_person_ids ON education_session USING gin (person_ids);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['coverage_state', 'coverage_cell', 'coverage_count', 'coverage_subject'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
