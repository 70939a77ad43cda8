-- Shifts, plans and the jobs that make them.

CREATE TABLE shift (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  team_id uuid NOT NULL,
  day_on date NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  lunch_window text NOT NULL DEFAULT '11:45-14:00',
  lunch_minutes int NOT NULL DEFAULT 45 CHECK (lunch_minutes BETWEEN 0 AND 180),
  doses_carried jsonb NOT NULL DEFAULT '{}',
  tests_carried int NOT NULL DEFAULT 0,
  PRIMARY KEY (territory_id, id),
  UNIQUE (territory_id, team_id, day_on),
  FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id),
  CHECK (starts_at < ends_at)
);

CREATE TABLE job (
  id uuid PRIMARY KEY,
  territory_id uuid NOT NULL REFERENCES territory (id),
  kind text NOT NULL,
  args jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  attempts int NOT NULL DEFAULT 0,
  attempts_max int NOT NULL DEFAULT 3,
  lease_token uuid,
  lease_until timestamptz,
  cancel_asked boolean NOT NULL DEFAULT false,
  progress jsonb NOT NULL DEFAULT '{}',
  result jsonb,
  problem_code text,
  asked_by uuid,
  asked_at timestamptz NOT NULL,
  enqueued_at timestamptz,
  started_at timestamptz,
  ended_at timestamptz,
  only_one_key text,
  UNIQUE (territory_id, id)
);
CREATE INDEX job_unfinished ON job (state, lease_until) WHERE state IN ('queued', 'running');
-- One run per territory and key (a territory-day) at a time.
CREATE UNIQUE INDEX job_only_one ON job (territory_id, only_one_key) WHERE state IN ('queued', 'running');

CREATE TABLE plan (
  id uuid PRIMARY KEY,
  territory_id uuid NOT NULL REFERENCES territory (id),
  day_on date NOT NULL,
  state text NOT NULL CHECK (state IN ('draft', 'published', 'superseded')),
  version int NOT NULL DEFAULT 1,
  job_id uuid,
  problem_hash text NOT NULL,
  seed bigint NOT NULL,
  iterations bigint NOT NULL,
  travel_source text NOT NULL,
  summary jsonb NOT NULL,
  body jsonb NOT NULL,
  made_at timestamptz NOT NULL,
  published_at timestamptz,
  published_by uuid,
  UNIQUE (territory_id, id),
  UNIQUE (territory_id, job_id),
  FOREIGN KEY (territory_id, job_id) REFERENCES job (territory_id, id)
);
CREATE UNIQUE INDEX plan_published ON plan (territory_id, day_on) WHERE state = 'published';
ALTER TABLE round ADD FOREIGN KEY (territory_id, plan_id) REFERENCES plan (territory_id, id);

CREATE TABLE coverage_target (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  campaign_id uuid NOT NULL,
  zone_id uuid,
  population_group text,
  target_percent int NOT NULL CHECK (target_percent BETWEEN 0 AND 100),
  facts_source text NOT NULL,
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, campaign_id) REFERENCES campaign (territory_id, id),
  FOREIGN KEY (territory_id, zone_id) REFERENCES zone (territory_id, id)
);
CREATE INDEX coverage_target_campaign_id ON coverage_target (territory_id, campaign_id);
CREATE INDEX coverage_target_zone_id ON coverage_target (territory_id, zone_id);
