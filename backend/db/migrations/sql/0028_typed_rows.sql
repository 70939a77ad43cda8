-- A typed row is what the log says, written by one file in the transaction that stored its ops. Each was checked again against
-- the territory and against every row that it names: the log has answered that before (a reference that nothing has is a
-- verdict), and after a restore it takes ops whose references are still to come, which these keys refused. Decision 0034.
-- A place's zone is no field of a record and keeps its key.

DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT c.conrelid::regclass AS of_table, c.conname FROM pg_constraint c
    WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
      AND c.conrelid::regclass::text = ANY (string_to_array(
        'place household person same_person team product lot campaign request visit round stop message vial visit_outcome '
        'consent questionnaire dose adverse_event screening education_session exposure temperature site_session appointment '
        'reserve stock_move excursion objective review', ' '))
      AND c.confrelid::regclass::text <> 'zone'
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.of_table, one.conname);
  END LOOP;
END $$;

-- An op that counted is found by op_once; an index of its own for the few that did not is smaller than one for all.
CREATE INDEX op_not_counted ON op (territory_id, id) WHERE verdict IN ('refused', 'already');
DROP INDEX op_id;
