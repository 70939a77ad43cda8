-- Who signs in, with which rights, and what was looked at. Users are known to the server; rights belong to a territory.

CREATE FUNCTION maraude_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('maraude.user', true), '')::uuid $$;

CREATE TABLE app_user (
  id uuid PRIMARY KEY,
  login text NOT NULL UNIQUE CHECK (login = lower(login)),
  full_name text NOT NULL,
  locale text NOT NULL DEFAULT 'fr' CHECK (locale IN ('fr', 'en')),
  passphrase_hash text NOT NULL,
  totp_secret bytea,
  totp_secret_key_id text,
  totp_step_last bigint NOT NULL DEFAULT 0,
  recovery_hashes text[] NOT NULL DEFAULT '{}',
  disabled_at timestamptz,
  created_at timestamptz NOT NULL
);

CREATE TABLE membership (
  territory_id uuid NOT NULL REFERENCES territory (id),
  user_id uuid NOT NULL REFERENCES app_user (id),
  role text NOT NULL CHECK (role IN ('field_team', 'dispatcher', 'clinical_supervisor', 'centre_manager',
                                     'territory_administrator', 'auditor', 'partner')),
  team_id uuid,
  granted_by uuid,
  granted_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, user_id, role),
  FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id)
);
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE sign_in_session (
  id uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  user_id uuid NOT NULL REFERENCES app_user (id),
  territory_id uuid REFERENCES territory (id),
  created_at timestamptz NOT NULL,
  seen_at timestamptz NOT NULL,
  second_factor_at timestamptz,
  reauthenticated_at timestamptz,
  ends_at timestamptz NOT NULL,
  ended_at timestamptz,
  device_label text NOT NULL DEFAULT ''
);
CREATE INDEX sign_in_session_user ON sign_in_session (user_id) WHERE ended_at IS NULL;

-- One-time codes with which a user chooses the passphrase: nobody else ever knows it, and there is no default account.
CREATE TABLE set_up_code (
  code_hash text PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES app_user (id),
  made_by uuid REFERENCES app_user (id),
  made_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX set_up_code_user ON set_up_code (user_id);
CREATE INDEX set_up_code_made_by ON set_up_code (made_by);

-- Failed attempts, counted per key (a hash of login or address) and window.
CREATE TABLE throttle (
  key_hash bytea NOT NULL,
  window_starts_at timestamptz NOT NULL,
  failures int NOT NULL,
  PRIMARY KEY (key_hash, window_starts_at)
);

CREATE TABLE journal (
  territory_id uuid NOT NULL REFERENCES territory (id),
  seq bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  user_id uuid,
  installation_id uuid,
  act text NOT NULL,
  subject_kind text NOT NULL DEFAULT '',
  subject_ids uuid[] NOT NULL DEFAULT '{}',
  reason text NOT NULL DEFAULT '',
  request_id text NOT NULL DEFAULT '',
  PRIMARY KEY (territory_id, seq)
);
CREATE INDEX membership_team_id ON membership (territory_id, team_id);
CREATE INDEX sign_in_session_territory_id ON sign_in_session (territory_id);
