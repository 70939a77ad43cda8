-- The few temperatures of bags that may open an excursion are found without reading all others (backend/stock/bag_store.py).
CREATE INDEX temperature_of_bag ON temperature (territory_id, read_at)
  WHERE place_id IS NULL AND (celsius_tenths < 20 OR celsius_tenths > 80);
