// This file draws the round as a picture that needs no network: the way from stop to stop over the places, north at the top.
// @ts-check
import { draw } from "../look/build.js";

const WIDTH = 360; // about as many as pixels on a phone: numbers stay as large as the text beside them
const MARGIN = 24;
const HEIGHT_MAX = 450;
const RADIUS = 13;
const DEGREE = 1e7;

/**
 * Return the places of stops on a picture, with its height; stops without coordinates are left out.
 * @param {{lon_e7?: number, lat_e7?: number}[]} places
 * @returns {{height: number, spots: ({x: number, y: number} | null)[]}}
 */
export function laidOut(places) {
  const known = places.filter((one) => Number.isInteger(one.lon_e7) && Number.isInteger(one.lat_e7));
  if (!known.length) return { height: 0, spots: places.map(() => null) };
  const lats = known.map((one) => /** @type {number} */ (one.lat_e7) / DEGREE);
  const narrow = Math.cos((((Math.min(...lats) + Math.max(...lats)) / 2) * Math.PI) / 180);
  const xs = known.map((one) => (/** @type {number} */ (one.lon_e7) / DEGREE) * narrow);
  const [left, top] = [Math.min(...xs), Math.max(...lats)];
  const [wide, tall] = [Math.max(...xs) - left, top - Math.min(...lats)];
  const scale = Math.min((WIDTH - 2 * MARGIN) / (wide || 1e-4), (HEIGHT_MAX - 2 * MARGIN) / (tall || 1e-4));
  const aside = (WIDTH - wide * scale) / 2;
  let at = 0;
  const spots = places.map((one) => {
    if (!known.includes(one)) return null;
    const spot = { x: aside + (xs[at] - left) * scale, y: MARGIN + (top - lats[at]) * scale };
    at += 1;
    return spot;
  });
  return { height: Math.round(tall * scale + 2 * MARGIN), spots };
}

/**
 * Draw the map of a round.
 * @param {import("./read.js").StopView[]} stops
 * @param {string} words what the picture says to who does not see it
 * @returns {SVGElement | null}
 */
export function mapOf(stops, words) {
  const { height, spots } = laidOut(stops.map((one) => one.place));
  if (!height) return null;
  const next = stops.findIndex((one) => !isOver(one));
  const way = spots.filter((spot) => spot !== null).map((spot) => `${spot.x.toFixed(1)},${spot.y.toFixed(1)}`);
  return draw(
    "svg",
    { class: "map", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": words },
    draw("polyline", { class: "way", points: way.join(" ") }),
    spots.flatMap((spot, at) => {
      if (!spot) return [];
      const state = isOver(stops[at]) ? "done" : at === next ? "next" : "";
      return [
        draw("circle", { class: `spot ${state}`, cx: spot.x.toFixed(1), cy: spot.y.toFixed(1), r: RADIUS }),
        draw("text", { class: state, x: spot.x.toFixed(1), y: spot.y.toFixed(1) }, at + 1),
      ];
    }),
  );
}

/** Return whether nothing more is to be done at a stop. @param {import("./read.js").StopView} stop */
export function isOver(stop) {
  return ["done", "skipped"].includes(stop.values.state);
}
