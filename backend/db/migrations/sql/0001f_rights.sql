-- Row-level security underneath the scope that every statement carries, and the role that the application runs as.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_app') THEN
    CREATE ROLE maraude_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
  END IF;
  IF NOT pg_has_role(current_user, 'maraude_app', 'MEMBER') THEN
    EXECUTE format('GRANT maraude_app TO %I', current_user);
  END IF;
END $$;

DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables i USING (table_schema, table_name)
           WHERE c.table_schema = 'public' AND c.column_name = 'territory_id' AND i.table_type = 'BASE TABLE'
             AND c.table_name NOT IN ('sign_in_session') LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
  END LOOP;
END $$;

-- A user may read the own memberships before a territory is chosen.
CREATE POLICY own_membership ON membership FOR SELECT USING (user_id = maraude_user());
-- The sweeper and the worker find a job by its id before they know the territory.
CREATE POLICY job_by_system ON job USING (current_setting('maraude.system', true) = 'jobs')
  WITH CHECK (current_setting('maraude.system', true) = 'jobs');

GRANT USAGE ON SCHEMA public TO maraude_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO maraude_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO maraude_app;
REVOKE UPDATE, DELETE ON op, journal FROM maraude_app;
REVOKE INSERT, UPDATE, DELETE ON server_epoch FROM maraude_app;
REVOKE INSERT, UPDATE, DELETE ON territory FROM maraude_app;
