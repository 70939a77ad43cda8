#!/bin/sh
# Make the roles and the database of Maraude on a PostgreSQL server: run it once, as a superuser of that server.
#
# OWNER_PASSWORD and APP_PASSWORD are the passwords to give. PGHOST, PGPORT, PGUSER and PGPASSWORD say where, as for psql.
# The owner makes the schema; the application may neither change it nor look past row-level security. Run it again when a
# version needs a further role: what is there stays. REFERENCE_PASSWORD may be empty: then nobody administers reference tables
# by `maraude reference-admin` (docs/operations/reference-tables.md).
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --dbname "${PGDATABASE:-postgres}" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv reference_password REFERENCE_PASSWORD
\if :{?reference_password}
\else
\set reference_password ''
\endif
SELECT :'reference_password' <> '' AS with_reference \gset
SELECT 'CREATE ROLE maraude_owner' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_owner') \gexec
SELECT 'CREATE ROLE maraude_app' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_app') \gexec
SELECT 'CREATE ROLE maraude_reference NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'maraude_reference') \gexec
ALTER ROLE maraude_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'owner_password';
ALTER ROLE maraude_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
GRANT maraude_app TO maraude_owner;
SELECT 'CREATE DATABASE maraude OWNER maraude_owner ENCODING UTF8 TEMPLATE template0'
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'maraude') \gexec
REVOKE ALL ON DATABASE maraude FROM PUBLIC;
GRANT CONNECT ON DATABASE maraude TO maraude_app;
\if :with_reference
ALTER ROLE maraude_reference LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'reference_password';
GRANT CONNECT ON DATABASE maraude TO maraude_reference;
\endif
SQL
