// This file draws the map of rounds: a way and lettered stops per team, and crosses for what is left out, from the JSON beside it.
// Ways are straight and dashed until the server has told along which streets they go; what it does not know stays so, with a
// sign. Where the library is missing, the picture that the server drew stays.
import { element, openMap } from "./map_ground.js";
import { spoken } from "./spoken.js";

let opened = null; // the map that is shown: its box, its library, and what is drawn on it
const DASHES = "3 7";

function stopMarker(L, stop, letter, colour) {
  const icon = new L.DivIcon({ html: element("pin", `${letter}${stop.number || "×"}${stop.sign ?? ""}`, colour), className: "pin-box", iconSize: [26, 26] });
  const marker = new L.Marker([stop.lat, stop.lon], { icon, keyboard: false, alt: "" });
  marker.bindTooltip(() => element("", stop.says), { direction: "top" });
  if (stop.visit) marker.on("click", () => document.dispatchEvent(new CustomEvent("stop-chosen", { detail: stop.visit })));
  return marker;
}

function stopsOf(L, data) {
  const stops = new L.FeatureGroup();
  for (const route of data.routes) {
    for (const stop of route.stops) stopMarker(L, stop, route.letter, route.colour).addTo(stops);
  }
  for (const one of data.left_out) stopMarker(L, one, "", "#1b2430").addTo(stops);
  return stops;
}

/** The straight legs of a route: from the team's start, if it is known, through its stops. */
function legsOf(route) {
  const points = [...(route.start ? [[route.start[1], route.start[0]]] : []), ...route.stops.map((stop) => [stop.lat, stop.lon])];
  return points.slice(1).map((end, at) => [points[at], end]);
}

function roughly(L, [begin, end]) {
  const icon = new L.DivIcon({ html: element("roughly", "≈"), className: "pin-box", iconSize: [14, 14] });
  return new L.Marker([(begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2], { icon, keyboard: false, interactive: false, alt: "" });
}

/** The ways of all routes; `known` holds, leg by leg, the points along the streets, or none. */
function waysOf(L, data, known) {
  const ways = new L.FeatureGroup();
  const mixed = known?.some((route) => route.some((way) => way.length));
  data.routes.forEach((route, number) => legsOf(route).forEach((leg, at) => {
    const way = known?.[number]?.[at]?.map(([lon, lat]) => [lat, lon]);
    const style = { color: route.colour, weight: 2.5, opacity: 0.75, interactive: false };
    if (way?.length) new L.Polyline(way, style).addTo(ways);
    else new L.Polyline(leg, { ...style, dashArray: DASHES }).addTo(ways);
    if (mixed && !way?.length) roughly(L, leg).addTo(ways);
  }));
  return ways;
}

async function followStreets(box, data) {
  const answer = await fetch(spoken(box.dataset.ways));
  if (!answer.ok) return;
  const found = await answer.json();
  if (found.version !== opened.version) return; // of another state: the page is read again, or was
  opened.ways.remove();
  opened.ways = waysOf(opened.L, data, found.routes).addTo(opened.map);
  document.getElementById("ways-told").textContent = found.told;
  box.dataset.streets = String(found.routes.flat().filter((way) => way.length).length);
}

/** Draw the map of the page, if it has one and the library is there; one that is open keeps what it shows of the town. */
async function drawMapOfPage() {
  const box = document.getElementById("map");
  const text = document.getElementById("map-data")?.textContent;
  if (!box?.dataset.library || !text) return;
  const data = JSON.parse(text);
  if (opened?.box === box) {
    opened.stops.remove();
    opened.stops = stopsOf(opened.L, data).addTo(opened.map);
    if (opened.version === data.version) return;
    opened.ways.remove();
    opened.ways = waysOf(opened.L, data, null).addTo(opened.map);
  } else {
    let drawn = [];
    const { L, map } = await openMap(box, data, (library) => {
      drawn = [stopsOf(library, data), waysOf(library, data, null)];
      return drawn;
    });
    opened = { box, L, map, stops: drawn[0], ways: drawn[1] };
  }
  opened.version = data.version;
  box.dataset.stops = String(opened.stops.getLayers().length);
  if (box.dataset.ways) await followStreets(box, data);
}

drawMapOfPage();
document.addEventListener("board-replaced", drawMapOfPage);
document.addEventListener("read-again", () => { if (document.querySelector("#live #map-data")) drawMapOfPage(); });
