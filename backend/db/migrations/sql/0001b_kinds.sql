-- Typed tables: projections of the log, one per kind of record in sync/kinds.py.

CREATE TABLE place (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  kind text,
  name text,
  address text,
  lon_e7 bigint,
  lat_e7 bigint,
  access_code text,
  floor bigint,
  lift boolean,
  contact_phone text,
  capacity_persons bigint,
  state text,
  zone_id uuid,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE household (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  name text,
  place_id uuid,
  room text,
  headcount_declared bigint,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE person (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  given_name text,
  family_name text,
  alias text,
  born_on date,
  born_precision text,
  sex text,
  phone text,
  language text,
  interpreter_needed boolean,
  place_id uuid,
  room text,
  household_id uuid,
  population_group text,
  mobility text,
  identity_status text,
  allergies text[] NOT NULL DEFAULT '{}',
  conditions text[] NOT NULL DEFAULT '{}',
  contraindications text[] NOT NULL DEFAULT '{}',
  died_on date,
  objections text[] NOT NULL DEFAULT '{}',
  sounds text[] NOT NULL DEFAULT '{}',
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE same_person (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  other_id uuid,
  joined boolean,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE request (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  caller_role text,
  channel text,
  call_back_phone text,
  person_id uuid,
  household_id uuid,
  place_id uuid,
  acts text[] NOT NULL DEFAULT '{}',
  priority bigint,
  due_on date,
  received_at timestamptz,
  reason text,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE visit (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  request_id uuid,
  person_id uuid,
  household_id uuid,
  place_id uuid,
  acts text[] NOT NULL DEFAULT '{}',
  people_count bigint,
  service_minutes bigint,
  windows text[] NOT NULL DEFAULT '{}',
  not_before_on date,
  due_on date,
  priority bigint,
  skills text[] NOT NULL DEFAULT '{}',
  language text,
  professionals bigint,
  products text[] NOT NULL DEFAULT '{}',
  preferred_team_id uuid,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE visit_outcome (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  visit_id uuid,
  stop_id uuid,
  result text,
  arrived_at timestamptz,
  departed_at timestamptz,
  people_seen bigint,
  next_attempt_on date,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE team (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  name text,
  letter text,
  mode text,
  skills text[] NOT NULL DEFAULT '{}',
  languages text[] NOT NULL DEFAULT '{}',
  start_place_id uuid,
  end_place_id uuid,
  doses_capacity bigint,
  tests_capacity bigint,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE round (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  plan_id uuid,
  team_id uuid,
  day_on date,
  starts_at timestamptz,
  ends_at timestamptz,
  version bigint,
  doses_carried text[] NOT NULL DEFAULT '{}',
  expected_waste_doses bigint,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE stop (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  round_id uuid,
  place_id uuid,
  visit_ids uuid[] NOT NULL DEFAULT '{}',
  position bigint,
  arrival_planned_at timestamptz,
  service_minutes bigint,
  travel_seconds bigint,
  arrived_at timestamptz,
  departed_at timestamptz,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE message (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  team_id uuid,
  round_id uuid,
  text text,
  sent_at timestamptz,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE consent (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  visit_id uuid,
  act text,
  decision text,
  by text,
  reason text,
  language text,
  interpreter boolean,
  decided_at timestamptz,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE dose (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  visit_id uuid,
  status text,
  not_given_reason text,
  antigens text[] NOT NULL DEFAULT '{}',
  product_code text,
  lot_number text,
  expires_on date,
  vial_id uuid,
  body_site text,
  dose_number bigint,
  given_on date,
  given_at timestamptz,
  source text,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE screening (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  person_id uuid,
  visit_id uuid,
  test_type text,
  pathogen text,
  kit_lot text,
  collected_at timestamptz,
  result text,
  resulted_at timestamptz,
  told_at timestamptz,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE education_session (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  visit_id uuid,
  place_id uuid,
  household_id uuid,
  topics text[] NOT NULL DEFAULT '{}',
  language text,
  person_ids uuid[] NOT NULL DEFAULT '{}',
  people_present bigint,
  teach_back text,
  held_at timestamptz,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE exposure (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  index_person_id uuid,
  contact_person_id uuid,
  setting text,
  last_on date,
  follow_up text,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE product (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  code text,
  name text,
  antigens text[] NOT NULL DEFAULT '{}',
  nuva_code text,
  cip_code text,
  doses_per_vial bigint,
  hours_after_opening bigint,
  facts_source text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE lot (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  product_id uuid,
  number text,
  expires_on date,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE vial (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  lot_id uuid,
  team_id uuid,
  doses_nominal bigint,
  opened_at timestamptz,
  doses_wasted bigint,
  waste_cause text[] NOT NULL DEFAULT '{}',
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE temperature (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  team_id uuid,
  round_id uuid,
  read_at timestamptz,
  celsius_tenths bigint,
  moment text,
  state text,
  error_reason text,
  note text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE campaign (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  name text,
  antigen text,
  season text,
  age_least_years bigint,
  population_groups text[] NOT NULL DEFAULT '{}',
  starts_on date,
  ends_on date,
  target_percent bigint,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

CREATE TABLE review (
  territory_id uuid NOT NULL REFERENCES territory (id),
  id uuid NOT NULL,
  rule text,
  record_ids uuid[] NOT NULL DEFAULT '{}',
  field text,
  dots text[] NOT NULL DEFAULT '{}',
  clinical boolean,
  opened_at timestamptz,
  choice text,
  choice_note text,
  settled_at timestamptz,
  state text,
  disputed text[] NOT NULL DEFAULT '{}',
  recorded_by uuid,
  recorded_at timestamptz,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (territory_id, id)
);

ALTER TABLE household ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX household_place_id ON household (territory_id, place_id);
ALTER TABLE person ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX person_place_id ON person (territory_id, place_id);
ALTER TABLE person ADD FOREIGN KEY (territory_id, household_id) REFERENCES household (territory_id, id);
CREATE INDEX person_household_id ON person (territory_id, household_id);
ALTER TABLE same_person ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX same_person_person_id ON same_person (territory_id, person_id);
ALTER TABLE same_person ADD FOREIGN KEY (territory_id, other_id) REFERENCES person (territory_id, id);
CREATE INDEX same_person_other_id ON same_person (territory_id, other_id);
ALTER TABLE request ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX request_person_id ON request (territory_id, person_id);
ALTER TABLE request ADD FOREIGN KEY (territory_id, household_id) REFERENCES household (territory_id, id);
CREATE INDEX request_household_id ON request (territory_id, household_id);
ALTER TABLE request ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX request_place_id ON request (territory_id, place_id);
ALTER TABLE visit ADD FOREIGN KEY (territory_id, request_id) REFERENCES request (territory_id, id);
CREATE INDEX visit_request_id ON visit (territory_id, request_id);
ALTER TABLE visit ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX visit_person_id ON visit (territory_id, person_id);
ALTER TABLE visit ADD FOREIGN KEY (territory_id, household_id) REFERENCES household (territory_id, id);
CREATE INDEX visit_household_id ON visit (territory_id, household_id);
ALTER TABLE visit ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX visit_place_id ON visit (territory_id, place_id);
ALTER TABLE visit ADD FOREIGN KEY (territory_id, preferred_team_id) REFERENCES team (territory_id, id);
CREATE INDEX visit_preferred_team_id ON visit (territory_id, preferred_team_id);
ALTER TABLE visit_outcome ADD FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id);
CREATE INDEX visit_outcome_visit_id ON visit_outcome (territory_id, visit_id);
ALTER TABLE visit_outcome ADD FOREIGN KEY (territory_id, stop_id) REFERENCES stop (territory_id, id);
CREATE INDEX visit_outcome_stop_id ON visit_outcome (territory_id, stop_id);
ALTER TABLE team ADD FOREIGN KEY (territory_id, start_place_id) REFERENCES place (territory_id, id);
CREATE INDEX team_start_place_id ON team (territory_id, start_place_id);
ALTER TABLE team ADD FOREIGN KEY (territory_id, end_place_id) REFERENCES place (territory_id, id);
CREATE INDEX team_end_place_id ON team (territory_id, end_place_id);
CREATE INDEX round_plan_id ON round (territory_id, plan_id);
ALTER TABLE round ADD FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id);
CREATE INDEX round_team_id ON round (territory_id, team_id);
ALTER TABLE stop ADD FOREIGN KEY (territory_id, round_id) REFERENCES round (territory_id, id);
CREATE INDEX stop_round_id ON stop (territory_id, round_id);
ALTER TABLE stop ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX stop_place_id ON stop (territory_id, place_id);
ALTER TABLE message ADD FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id);
CREATE INDEX message_team_id ON message (territory_id, team_id);
ALTER TABLE message ADD FOREIGN KEY (territory_id, round_id) REFERENCES round (territory_id, id);
CREATE INDEX message_round_id ON message (territory_id, round_id);
ALTER TABLE consent ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX consent_person_id ON consent (territory_id, person_id);
ALTER TABLE consent ADD FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id);
CREATE INDEX consent_visit_id ON consent (territory_id, visit_id);
ALTER TABLE dose ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX dose_person_id ON dose (territory_id, person_id);
ALTER TABLE dose ADD FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id);
CREATE INDEX dose_visit_id ON dose (territory_id, visit_id);
ALTER TABLE dose ADD FOREIGN KEY (territory_id, vial_id) REFERENCES vial (territory_id, id);
CREATE INDEX dose_vial_id ON dose (territory_id, vial_id);
ALTER TABLE screening ADD FOREIGN KEY (territory_id, person_id) REFERENCES person (territory_id, id);
CREATE INDEX screening_person_id ON screening (territory_id, person_id);
ALTER TABLE screening ADD FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id);
CREATE INDEX screening_visit_id ON screening (territory_id, visit_id);
ALTER TABLE education_session ADD FOREIGN KEY (territory_id, visit_id) REFERENCES visit (territory_id, id);
CREATE INDEX education_session_visit_id ON education_session (territory_id, visit_id);
ALTER TABLE education_session ADD FOREIGN KEY (territory_id, place_id) REFERENCES place (territory_id, id);
CREATE INDEX education_session_place_id ON education_session (territory_id, place_id);
ALTER TABLE education_session ADD FOREIGN KEY (territory_id, household_id) REFERENCES household (territory_id, id);
CREATE INDEX education_session_household_id ON education_session (territory_id, household_id);
ALTER TABLE exposure ADD FOREIGN KEY (territory_id, index_person_id) REFERENCES person (territory_id, id);
CREATE INDEX exposure_index_person_id ON exposure (territory_id, index_person_id);
ALTER TABLE exposure ADD FOREIGN KEY (territory_id, contact_person_id) REFERENCES person (territory_id, id);
CREATE INDEX exposure_contact_person_id ON exposure (territory_id, contact_person_id);
ALTER TABLE lot ADD FOREIGN KEY (territory_id, product_id) REFERENCES product (territory_id, id);
CREATE INDEX lot_product_id ON lot (territory_id, product_id);
ALTER TABLE vial ADD FOREIGN KEY (territory_id, lot_id) REFERENCES lot (territory_id, id);
CREATE INDEX vial_lot_id ON vial (territory_id, lot_id);
ALTER TABLE vial ADD FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id);
CREATE INDEX vial_team_id ON vial (territory_id, team_id);
ALTER TABLE temperature ADD FOREIGN KEY (territory_id, team_id) REFERENCES team (territory_id, id);
CREATE INDEX temperature_team_id ON temperature (territory_id, team_id);
ALTER TABLE temperature ADD FOREIGN KEY (territory_id, round_id) REFERENCES round (territory_id, id);
CREATE INDEX temperature_round_id ON temperature (territory_id, round_id);
ALTER TABLE place ADD FOREIGN KEY (territory_id, zone_id) REFERENCES zone (territory_id, id);
CREATE INDEX place_zone_id ON place (territory_id, zone_id);
CREATE INDEX visit_state ON visit (territory_id, state, due_on);
CREATE INDEX request_state ON request (territory_id, state, received_at);
CREATE INDEX round_day_on ON round (territory_id, day_on, team_id);
CREATE INDEX dose_given_on ON dose (territory_id, given_on);
CREATE INDEX review_state ON review (territory_id, state, opened_at);
CREATE INDEX person_born_on ON person (territory_id, born_on);
CREATE INDEX person_family_name ON person (territory_id, family_name);
