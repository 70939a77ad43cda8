-- Joined requests count as one: a territory that has any is counted again, in short steps, by a job.
DO $$
DECLARE t uuid;
BEGIN
  FOR t IN SELECT id FROM territory LOOP
    PERFORM set_config('maraude.territory', t::text, true);
    IF EXISTS (SELECT FROM request WHERE territory_id = t AND joined_to <> '{}') THEN
      UPDATE coverage_state SET rebuild_needed_at = coalesce(rebuild_needed_at, now()) WHERE territory_id = t;
      IF FOUND THEN
        INSERT INTO job (id, territory_id, kind, args, state, asked_at, only_one_key)
        VALUES (gen_random_uuid(), t, 'coverage_rebuild', '{}', 'queued', now(), 'coverage_rebuild')
        ON CONFLICT (territory_id, only_one_key) WHERE state IN ('queued', 'running') DO NOTHING;
      END IF;
    END IF;
  END LOOP;
  PERFORM set_config('maraude.territory', '', true);
END $$;
