-- Attachments by the SHA-256 of their content, in the parts in which they arrived: one snapshot backs them up with the
-- records they belong to, and row-level security stands underneath them too.

CREATE TABLE attachment (
  territory_id uuid NOT NULL REFERENCES territory (id),
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  size_bytes bigint NOT NULL CHECK (size_bytes BETWEEN 1 AND 10485760),
  media_type text NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png', 'application/pdf')),
  bytes_received bigint NOT NULL DEFAULT 0 CHECK (bytes_received BETWEEN 0 AND size_bytes),
  announced_at timestamptz NOT NULL,
  completed_at timestamptz,
  PRIMARY KEY (territory_id, sha256)
);

CREATE TABLE attachment_part (
  territory_id uuid NOT NULL REFERENCES territory (id),
  sha256 bytea NOT NULL,
  starts_at_byte bigint NOT NULL,
  content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 262144),
  PRIMARY KEY (territory_id, sha256, starts_at_byte),
  FOREIGN KEY (territory_id, sha256) REFERENCES attachment (territory_id, sha256) ON DELETE CASCADE
);

-- Which records an attachment belongs to: through them it is decided who may see it.
CREATE TABLE attachment_record (
  territory_id uuid NOT NULL REFERENCES territory (id),
  sha256 bytea NOT NULL,
  record_id uuid NOT NULL,
  PRIMARY KEY (territory_id, sha256, record_id),
  FOREIGN KEY (territory_id, sha256) REFERENCES attachment (territory_id, sha256) ON DELETE CASCADE,
  FOREIGN KEY (territory_id, record_id) REFERENCES record (territory_id, id)
);
CREATE INDEX attachment_record_record_id ON attachment_record (territory_id, record_id);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['attachment', 'attachment_part', 'attachment_record'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
