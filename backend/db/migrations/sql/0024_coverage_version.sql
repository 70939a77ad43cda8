-- Which state of a territory figures of coverage are made of: a new version with every statement that changes one of the two parts,
-- its counts or its rules (zones, inhabitants, campaigns, targets), in the same transaction. So what was worked out may be kept as
-- long as both versions stand (backend/coverage/remember.py). A version is drawn, not counted, so that a restored database never
-- gives one a second time to something else. The parts are rows of their own: who changes a rule never waits for who counts.

CREATE TABLE coverage_version (
  territory_id uuid NOT NULL REFERENCES territory (id),
  part text NOT NULL CHECK (part IN ('counts', 'rules')),
  version uuid NOT NULL,
  PRIMARY KEY (territory_id, part)
);

ALTER TABLE coverage_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE coverage_version FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON coverage_version USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE, DELETE ON coverage_version TO maraude_app;

CREATE FUNCTION maraude_coverage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO coverage_version (territory_id, part, version)
  SELECT t.territory_id, TG_ARGV[0], gen_random_uuid() FROM (SELECT DISTINCT territory_id FROM changed ORDER BY 1) t
  ON CONFLICT (territory_id, part) DO UPDATE SET version = excluded.version;
  RETURN NULL;
END $$;

DO $$
DECLARE source text; act text; part text;
BEGIN
  FOREACH source IN ARRAY ARRAY['coverage_state', 'coverage_count', 'campaign', 'coverage_target', 'zone', 'population_cell'] LOOP
    part := CASE WHEN source IN ('coverage_state', 'coverage_count') THEN 'counts' ELSE 'rules' END;
    FOREACH act IN ARRAY ARRAY['INSERT', 'UPDATE', 'DELETE'] LOOP
      EXECUTE format('CREATE TRIGGER coverage_changed_%s AFTER %s ON %I REFERENCING %s TABLE AS changed '
                     'FOR EACH STATEMENT EXECUTE FUNCTION maraude_coverage_changed(%L)',
                     lower(act), act, source, CASE act WHEN 'DELETE' THEN 'OLD' ELSE 'NEW' END, part);
    END LOOP;
  END LOOP;
END $$;
