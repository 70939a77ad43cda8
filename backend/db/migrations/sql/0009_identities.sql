-- How a session was proved; identities of a provider that administrators linked; passkeys.

ALTER TABLE sign_in_session
  ADD COLUMN proved_by text NOT NULL DEFAULT '',
  ADD COLUMN acr text NOT NULL DEFAULT '',
  ADD COLUMN passkey_challenge bytea;

CREATE TABLE linked_identity (
  issuer text NOT NULL,
  subject text NOT NULL,
  user_id uuid NOT NULL REFERENCES app_user (id),
  linked_by uuid,
  linked_at timestamptz NOT NULL,
  PRIMARY KEY (issuer, subject)
);
CREATE INDEX linked_identity_user ON linked_identity (user_id);

-- One journey to the provider and back: known by the hash of its state, for one browser, good once.
CREATE TABLE identity_attempt (
  state_hash bytea PRIMARY KEY,
  browser_hash bytea NOT NULL,
  nonce text NOT NULL,
  verifier text NOT NULL,
  session_id uuid REFERENCES sign_in_session (id) ON DELETE CASCADE,
  made_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX identity_attempt_session ON identity_attempt (session_id);

CREATE TABLE passkey (
  credential_id bytea PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES app_user (id),
  public_key bytea NOT NULL,
  sign_count bigint NOT NULL,
  label text NOT NULL,
  made_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX passkey_user ON passkey (user_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON linked_identity, identity_attempt, passkey TO maraude_app;
