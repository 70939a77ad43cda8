-- What the administration of reference tables may reach: a role of its own, column by column, and a row of the journal for whatever
-- it changes. Who may make no roles finds it made by docs/operations/make-roles.sh; `maraude migrate` gives it its rights.

DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_reference') THEN
    CREATE ROLE maraude_reference NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  NULL;  -- the function below is run again by every `maraude migrate`
END $$;

-- A target is of one zone or of one group: what belongs to the whole campaign stands in the campaign.
ALTER TABLE coverage_target
  ALTER COLUMN territory_id SET DEFAULT maraude_territory(),
  ADD CONSTRAINT coverage_target_of_zone_or_group CHECK (num_nonnulls(zone_id, population_group) = 1),
  ADD CONSTRAINT coverage_target_once UNIQUE NULLS NOT DISTINCT (territory_id, campaign_id, zone_id, population_group);
ALTER TABLE zone
  ADD CONSTRAINT zone_inhabitants CHECK (inhabitants >= 0),
  ADD CONSTRAINT zone_income_median CHECK (income_median >= 0);
-- A row that a form can name: its key has four columns.
ALTER TABLE population_cell
  ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
  ADD CONSTRAINT population_cell_id UNIQUE (territory_id, id),
  ADD CONSTRAINT population_cell_low CHECK (low >= 0);

CREATE FUNCTION maraude_grant_reference() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_reference') THEN
    RETURN;
  END IF;
  GRANT USAGE ON SCHEMA public TO maraude_reference;
  -- Reference data that are no projection of the log.
  GRANT SELECT, INSERT, UPDATE, DELETE ON coverage_target TO maraude_reference;
  GRANT SELECT (territory_id, id, code, name, inhabitants, income_median, facts_source),
    UPDATE (name, inhabitants, income_median, facts_source) ON zone TO maraude_reference;
  GRANT SELECT, UPDATE (low, point, high, method, facts_source, counted_on) ON population_cell TO maraude_reference;
  -- To be read: written on pages of their own, or projections of the log.
  GRANT SELECT ON shift TO maraude_reference;
  GRANT SELECT (territory_id, id, name, letter, mode, skills, languages, doses_capacity, tests_capacity, state)
    ON team TO maraude_reference;
  GRANT SELECT (territory_id, id, name, antigen, season, age_least_years, population_groups, starts_on, ends_on, target_percent, state)
    ON campaign TO maraude_reference;
  GRANT SELECT (territory_id, id, code, name, antigens, nuva_code, cip_code, doses_per_vial, hours_after_opening, days_thawed,
    warm_minutes_max, storage, facts_source) ON product TO maraude_reference;
  GRANT SELECT (territory_id, id, product_id, number, expires_on, state) ON lot TO maraude_reference;
  -- A change draws a new version of the rules of coverage: names of parts and random numbers, nothing else.
  GRANT SELECT, INSERT, UPDATE ON coverage_version TO maraude_reference;
END $$;
SELECT maraude_grant_reference();

-- The role has no right on the journal: this function, which runs as the owner, writes it in the transaction of the change.
CREATE FUNCTION maraude_reference_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  was jsonb := coalesce(to_jsonb(OLD), '{}');
  is_now jsonb := coalesce(to_jsonb(NEW), '{}');
  one jsonb := CASE TG_OP WHEN 'DELETE' THEN was ELSE is_now END;
BEGIN
  INSERT INTO journal (territory_id, at, user_id, act, subject_kind, subject_ids, reason, request_id) VALUES (
    (one ->> 'territory_id')::uuid,
    current_setting('maraude.at')::timestamptz,
    current_setting('maraude.user')::uuid,
    CASE TG_OP WHEN 'INSERT' THEN 'reference_added' WHEN 'UPDATE' THEN 'reference_changed' ELSE 'reference_removed' END,
    TG_TABLE_NAME,
    ARRAY[(one ->> 'id')::uuid],
    left((SELECT string_agg(concat(key, ': ', was ->> key, ' → ', is_now ->> key), ', ' ORDER BY key)
          FROM jsonb_object_keys(was || is_now) AS key
          WHERE key NOT IN ('id', 'territory_id') AND (was ->> key) IS DISTINCT FROM (is_now ->> key)), 2000),
    current_setting('maraude.request'));
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION maraude_reference_changed() FROM PUBLIC;

DO $$
DECLARE source text;
BEGIN
  FOREACH source IN ARRAY ARRAY['coverage_target', 'zone', 'population_cell'] LOOP
    EXECUTE format('CREATE TRIGGER reference_changed AFTER INSERT OR UPDATE OR DELETE ON %I FOR EACH ROW '
                   'WHEN (current_user = ''maraude_reference'') EXECUTE FUNCTION maraude_reference_changed()', source);
  END LOOP;
END $$;
