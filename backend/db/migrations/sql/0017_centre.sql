-- Typed tables of the centre's day and of stock; a fridge's temperature has a place.

ALTER TABLE temperature ADD COLUMN place_id uuid;
ALTER TABLE temperature ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX temperature_place_id ON temperature (territory_id, place_id);

CREATE TABLE site_session (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  kind text,
  place_id uuid,
  campaign_id uuid,
  antigens text[] NOT NULL DEFAULT '{}',
  starts_at timestamptz,
  ends_at timestamptz,
  slot_minutes bigint,
  slot_persons bigint,
  closed_at timestamptz,
  balance_reason text,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id),
  FOREIGN KEY (territory_id, campaign_id) REFERENCES campaign (territory_id, id)
);
CREATE INDEX site_session_place_id ON site_session (territory_id, place_id);
CREATE INDEX site_session_campaign_id ON site_session (territory_id, campaign_id);

CREATE TABLE appointment (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  site_session_id uuid,
  person_id uuid,
  slot_at timestamptz,
  antigen text,
  channel text,
  follows_id uuid,
  arrived_at timestamptz,
  observed_until_at timestamptz,
  dose_id uuid,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, site_session_id) REFERENCES site_session (territory_id, id),
  FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id),
  FOREIGN KEY (territory_id, follows_id) REFERENCES appointment (territory_id, id),
  FOREIGN KEY (territory_id, dose_id) REFERENCES dose (territory_id, id)
);
CREATE INDEX appointment_site_session_id ON appointment (territory_id, site_session_id);
CREATE INDEX appointment_person_id ON appointment (territory_id, person_id);
CREATE INDEX appointment_follows_id ON appointment (territory_id, follows_id);
CREATE INDEX appointment_dose_id ON appointment (territory_id, dose_id);

CREATE TABLE reserve (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  site_session_id uuid,
  person_id uuid,
  antigen text,
  minutes_to_arrive bigint,
  offered_at timestamptz,
  offer_ends_at timestamptz,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, site_session_id) REFERENCES site_session (territory_id, id),
  FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id)
);
CREATE INDEX reserve_site_session_id ON reserve (territory_id, site_session_id);
CREATE INDEX reserve_person_id ON reserve (territory_id, person_id);

CREATE TABLE stock_move (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  kind text,
  lot_id uuid,
  from_place_id uuid,
  to_place_id uuid,
  site_session_id uuid,
  doses bigint,
  cause text,
  moved_at timestamptz,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, lot_id) REFERENCES lot (territory_id, id),
  FOREIGN KEY (territory_id, from_place_id) REFERENCES place (territory_id, id),
  FOREIGN KEY (territory_id, to_place_id) REFERENCES place (territory_id, id),
  FOREIGN KEY (territory_id, site_session_id) REFERENCES site_session (territory_id, id)
);
CREATE INDEX stock_move_lot_id ON stock_move (territory_id, lot_id);
CREATE INDEX stock_move_from_place_id ON stock_move (territory_id, from_place_id);
CREATE INDEX stock_move_to_place_id ON stock_move (territory_id, to_place_id);
CREATE INDEX stock_move_site_session_id ON stock_move (territory_id, site_session_id);

CREATE TABLE objective (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  name text,
  campaign_id uuid,
  indicator text,
  baseline_percent bigint,
  target_percent bigint,
  weight bigint,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, campaign_id) REFERENCES campaign (territory_id, id)
);
CREATE INDEX objective_campaign_id ON objective (territory_id, campaign_id);

CREATE TABLE excursion (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  temperature_id uuid,
  lot_ids uuid[] NOT NULL DEFAULT '{}',
  opened_at timestamptz,
  decision text,
  decision_reason text,
  decided_at timestamptz,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id),
  FOREIGN KEY (territory_id, temperature_id) REFERENCES temperature (territory_id, id)
);
CREATE INDEX excursion_temperature_id ON excursion (territory_id, temperature_id);

-- The sessions of a day.
CREATE INDEX site_session_starts_at ON site_session (territory_id, starts_at);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['site_session', 'appointment', 'reserve', 'stock_move', 'excursion', 'objective'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY own_territory ON %I USING (territory_id = maraude_territory()) '
                   'WITH CHECK (territory_id = maraude_territory())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO maraude_app', t);
  END LOOP;
END $$;
