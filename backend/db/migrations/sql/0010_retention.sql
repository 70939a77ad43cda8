-- What was erased because its time was over: one row per purge, which becomes its certificate when it is signed.

CREATE TABLE purge (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  rule text NOT NULL,
  rules_version text NOT NULL,
  as_of_on date NOT NULL,
  asked_by uuid,
  begun_at timestamptz NOT NULL,
  ended_at timestamptz,
  erased jsonb NOT NULL DEFAULT '{}',
  digest bytea,
  cut_seal_n bigint,
  cut_seal_hash bytea,
  cut_seq bigint,
  key_id text,
  signature bytea,
  PRIMARY KEY (territory_id, id),
  CHECK ((ended_at IS NULL) = (signature IS NULL) AND (signature IS NULL) = (digest IS NULL)),
  CHECK ((cut_seal_n IS NULL) = (cut_seal_hash IS NULL) AND (cut_seal_n IS NULL) = (cut_seq IS NULL))
);

-- Files that are kept beyond their time: a quarrel, an inquiry, a wish of the person.
CREATE TABLE retention_hold (
  territory_id uuid NOT NULL REFERENCES territory (id),
  person_id uuid NOT NULL,
  reason text NOT NULL CHECK (reason <> ''),
  held_by uuid NOT NULL,
  held_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, person_id)
);

-- An op whose content was erased keeps its number and its hash: the chain holds, and nobody can tell what it said.
ALTER TABLE op ADD COLUMN purge_id uuid;
ALTER TABLE op ADD FOREIGN KEY (territory_id, purge_id) REFERENCES purge (territory_id, id);
CREATE INDEX op_purge_id ON op (territory_id, purge_id) WHERE purge_id IS NOT NULL;
ALTER TABLE op ADD CHECK (purge_id IS NULL OR (body = '' AND record_id IS NULL));

-- The application may not change the log. This is the one way in which an op loses its content: in a purge that has
-- begun and is not signed yet, and only once its record is gone. Row-level security binds this function too.
CREATE FUNCTION maraude_erase_ops(of_purge uuid, records uuid[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE erased bigint; doomed_ids uuid[];
BEGIN
  IF NOT EXISTS (SELECT FROM purge p WHERE p.territory_id = maraude_territory() AND p.id = $1 AND p.signature IS NULL) THEN
    RAISE EXCEPTION 'no purge is under way' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT FROM record r WHERE r.territory_id = maraude_territory() AND r.id = ANY($2)) THEN
    RAISE EXCEPTION 'a record of these ops is still there' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- What was merged names its record. What was refused or held names none: its text does. A repetition has the same id.
  SELECT array_agg(o.id) INTO doomed_ids FROM op o WHERE o.territory_id = maraude_territory() AND o.purge_id IS NULL
    AND (o.record_id = ANY($2) OR (o.record_id IS NULL AND (o.verdict = 'refused' OR o.code <> '')
         AND EXISTS (SELECT FROM unnest($2) AS r (id) WHERE position(r.id::text::bytea IN o.body) > 0)));
  UPDATE quarantine_decision q SET op_id = gen_random_uuid(), reason = CASE q.reason WHEN '' THEN '' ELSE 'purged' END
    WHERE q.territory_id = maraude_territory() AND q.op_id = ANY(doomed_ids);
  -- The id was the salt of the hash: with a new one, nobody can try names against what is left.
  UPDATE op SET id = gen_random_uuid(), body = '', record_id = NULL, detail = '', merged_seen = '', corrected_at = NULL,
    clock_bound_ms = NULL, clock_flag = '', purge_id = $1
    WHERE territory_id = maraude_territory() AND id = ANY(doomed_ids) AND purge_id IS NULL;
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;

-- The start of the journal is cut off in whole seals; the purge keeps the number and hash where the chain now begins.
CREATE FUNCTION maraude_cut_journal(of_purge uuid, seal_n bigint, entries_most int) RETURNS bigint LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE erased bigint; last_seq bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM purge p WHERE p.territory_id = maraude_territory() AND p.id = $1 AND p.signature IS NULL
                 AND p.cut_seal_n = $2) THEN
    RAISE EXCEPTION 'no purge is under way' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT cut_seq INTO last_seq FROM purge p WHERE p.territory_id = maraude_territory() AND p.id = $1;
  DELETE FROM journal j WHERE j.territory_id = maraude_territory() AND j.seq IN
    (SELECT seq FROM journal WHERE territory_id = maraude_territory() AND seq <= last_seq ORDER BY seq LIMIT $3);
  GET DIAGNOSTICS erased = ROW_COUNT;
  IF erased < $3 THEN
    DELETE FROM journal_seal s WHERE s.territory_id = maraude_territory() AND s.n <= $2;
  END IF;
  RETURN erased;
END $$;
REVOKE EXECUTE ON FUNCTION maraude_erase_ops(uuid, uuid[]), maraude_cut_journal(uuid, bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION maraude_erase_ops(uuid, uuid[]), maraude_cut_journal(uuid, bigint, int) TO maraude_app;

-- A certificate that is signed can neither be changed nor taken away by the application.
CREATE FUNCTION maraude_certificate_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a signed certificate stays as it is' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER certificate_stays BEFORE UPDATE ON purge FOR EACH ROW WHEN (OLD.signature IS NOT NULL)
  EXECUTE FUNCTION maraude_certificate_stays();

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['purge', 'retention_hold'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON purge TO maraude_app;
GRANT SELECT, INSERT, DELETE ON retention_hold TO maraude_app;
