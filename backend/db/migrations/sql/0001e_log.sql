-- The one log: ops of tablets and desks, the records they fold into, and the feed that brings them back.

CREATE TABLE tablet (
  id uuid PRIMARY KEY,
  territory_id uuid NOT NULL REFERENCES territory (id),
  label text NOT NULL,
  team_id uuid,
  state text NOT NULL CHECK (state IN ('active', 'deposit_only', 'wiped')),
  enrolled_at timestamptz NOT NULL,
  seen_at timestamptz,
  UNIQUE (territory_id, id),
  FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id)
);

CREATE TABLE enrolment_code (
  territory_id uuid NOT NULL REFERENCES territory (id),
  code_hash bytea NOT NULL,
  tablet_id uuid NOT NULL,
  made_by uuid,
  ends_at timestamptz NOT NULL,
  tries_left int NOT NULL DEFAULT 5,
  used_at timestamptz,
  PRIMARY KEY (territory_id, code_hash),
  FOREIGN KEY (territory_id, tablet_id) REFERENCES tablet (territory_id, id)
);

CREATE SEQUENCE actor_number AS bigint;

-- Who may append: one row per installation of the app on a tablet, per sign-in session at a desk, per import.
CREATE TABLE installation (
  id uuid PRIMARY KEY,
  territory_id uuid NOT NULL REFERENCES territory (id),
  actor bigint NOT NULL DEFAULT nextval('actor_number'),
  tablet_id uuid,
  sign_in_session_id uuid,
  label text NOT NULL DEFAULT '',
  public_key bytea,
  state text NOT NULL CHECK (state IN ('active', 'deposit_only', 'wiped')),
  n_last bigint NOT NULL DEFAULT 0,
  hash_last bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
  scope_version bigint NOT NULL DEFAULT 0,
  clock_samples jsonb NOT NULL DEFAULT '[]',
  made_at timestamptz NOT NULL,
  seen_at timestamptz,
  UNIQUE (territory_id, id),
  UNIQUE (territory_id, actor),
  FOREIGN KEY (territory_id, tablet_id) REFERENCES tablet (territory_id, id)
);

CREATE TABLE op (
  territory_id uuid NOT NULL REFERENCES territory (id),
  actor bigint NOT NULL,
  n bigint NOT NULL,
  id uuid NOT NULL,
  hash bytea NOT NULL,
  record_id uuid,
  kind text NOT NULL DEFAULT '',
  verdict text NOT NULL CHECK (verdict IN ('stored', 'merged', 'review', 'refused', 'already')),
  code text NOT NULL DEFAULT '',
  detail text NOT NULL DEFAULT '',
  body bytea NOT NULL,
  merged_seen text NOT NULL DEFAULT '',
  received_at timestamptz NOT NULL,
  corrected_at timestamptz,
  clock_bound_ms bigint,
  clock_flag text NOT NULL DEFAULT '',
  seq bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (territory_id, actor, n)
);
-- S2: one act counts once, also when two installations hand in the same id at the same moment.
CREATE UNIQUE INDEX op_once ON op (territory_id, id) WHERE verdict IN ('stored', 'merged', 'review');
CREATE INDEX op_id ON op (territory_id, id);
CREATE INDEX op_record ON op (territory_id, record_id);
CREATE INDEX op_seq ON op (territory_id, seq);
CREATE INDEX op_refused ON op (territory_id, received_at) WHERE verdict = 'refused' OR code <> '';

-- What the ops of a record fold into: its canonical text as tablets get it, the places it stands at, where it travels.
CREATE TABLE record (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  kind text NOT NULL,
  subject_id uuid,
  body text NOT NULL,
  content_sum numeric(20) NOT NULL,
  places uuid[] NOT NULL DEFAULT '{}',
  buckets text[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (territory_id, id)
);
CREATE INDEX record_subject ON record (territory_id, subject_id) WHERE subject_id IS NOT NULL;

CREATE TABLE bucket (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id text NOT NULL,
  records bigint NOT NULL DEFAULT 0,
  content_sum numeric(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (territory_id, id)
);

CREATE SEQUENCE feed_seq AS bigint;
CREATE TABLE feed (
  territory_id uuid NOT NULL REFERENCES territory (id),
  bucket_id text NOT NULL,
  record_id uuid NOT NULL,
  gone boolean NOT NULL DEFAULT false,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  seq bigint NOT NULL DEFAULT nextval('feed_seq'),
  PRIMARY KEY (territory_id, bucket_id, record_id)
);
CREATE INDEX feed_order ON feed (territory_id, bucket_id, xid, seq);

-- Which buckets an installation holds, since which version of its scope; a row stays until the eviction is answered.
CREATE TABLE held_bucket (
  territory_id uuid NOT NULL REFERENCES territory (id),
  installation_id uuid NOT NULL,
  bucket_id text NOT NULL,
  scope_version bigint NOT NULL,
  evict_asked_at timestamptz,
  PRIMARY KEY (territory_id, installation_id, bucket_id),
  FOREIGN KEY (territory_id, installation_id) REFERENCES installation (territory_id, id)
);
CREATE INDEX tablet_team_id ON tablet (territory_id, team_id);
CREATE INDEX enrolment_code_tablet_id ON enrolment_code (territory_id, tablet_id);
CREATE INDEX installation_tablet_id ON installation (territory_id, tablet_id);
