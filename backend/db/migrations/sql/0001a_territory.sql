-- The territory and what belongs to it but does not travel as a record.

CREATE FUNCTION maraude_territory() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('maraude.territory', true), '')::uuid $$;

CREATE TABLE territory (
  id uuid PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  name text NOT NULL,
  time_zone text NOT NULL,
  inhabitants bigint NOT NULL CHECK (inhabitants >= 0),
  is_demo boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);

-- One row: whether this database is a demo, and the epoch that tablets compare after a restore.
CREATE TABLE server_epoch (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  epoch bigint NOT NULL,
  reoffering boolean NOT NULL DEFAULT false,
  started_at timestamptz NOT NULL
);

CREATE TABLE zone (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  code text NOT NULL,
  name text NOT NULL,
  geojson text NOT NULL,
  inhabitants bigint NOT NULL,
  income_median bigint,
  facts_source text NOT NULL,
  PRIMARY KEY (territory_id, id),
  UNIQUE (territory_id, code)
);

CREATE TABLE population_cell (
  territory_id uuid NOT NULL REFERENCES territory (id),
  zone_id uuid NOT NULL,
  age_band text NOT NULL,
  population_group text NOT NULL,
  low bigint NOT NULL,
  point bigint NOT NULL,
  high bigint NOT NULL,
  method text NOT NULL,
  facts_source text NOT NULL,
  counted_on date NOT NULL,
  PRIMARY KEY (territory_id, zone_id, age_band, population_group),
  FOREIGN KEY (territory_id, zone_id) REFERENCES zone (territory_id, id),
  CHECK (low <= point AND point <= high)
);
