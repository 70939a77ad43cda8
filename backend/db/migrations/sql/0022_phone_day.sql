-- What came of a day's calls at the desk: as the exchange tells it, or as somebody at the desk counted it. Counts alone:
-- no call, no number and nobody who called is kept.

CREATE TABLE phone_day (
  territory_id uuid NOT NULL REFERENCES territory (id),
  day_on date NOT NULL,
  source text NOT NULL CHECK (source IN ('exchange', 'desk')),
  answered int NOT NULL CHECK (answered >= 0),
  abandoned int NOT NULL CHECK (abandoned >= 0),
  missed int NOT NULL CHECK (missed >= 0),
  wait_seconds int CHECK (wait_seconds >= 0),
  told_by uuid NOT NULL,
  told_at timestamptz NOT NULL,
  PRIMARY KEY (territory_id, day_on, source)
);

ALTER TABLE phone_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_day FORCE ROW LEVEL SECURITY;
CREATE POLICY own_territory ON phone_day USING (territory_id = maraude_territory())
  WITH CHECK (territory_id = maraude_territory());
GRANT SELECT, INSERT, UPDATE ON phone_day TO maraude_app;
