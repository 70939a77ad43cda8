// This file draws the map of a plan: a way and lettered stops per team, and crosses for what is left out, from the JSON beside it.
// Where the library is missing, the picture that the server drew stays.
import { element, openMap } from "./map_ground.js";

function stopMarker(L, stop, letter, colour) {
  const icon = new L.DivIcon({ html: element("pin", `${letter}${stop.number || "×"}`, colour), className: "pin-box", iconSize: [26, 26] });
  const marker = new L.Marker([stop.lat, stop.lon], { icon, keyboard: false, alt: "" });
  marker.bindTooltip(() => element("", stop.says), { direction: "top" });
  if (stop.visit) marker.on("click", () => document.dispatchEvent(new CustomEvent("stop-chosen", { detail: stop.visit })));
  return marker;
}

function layersOf(L, data) {
  const stops = new L.FeatureGroup();
  const ways = [];
  for (const route of data.routes) {
    const way = [...(route.start ? [[route.start[1], route.start[0]]] : []), ...route.stops.map((stop) => [stop.lat, stop.lon])];
    if (way.length > 1) ways.push(new L.Polyline(way, { color: route.colour, weight: 2.5, opacity: 0.75, interactive: false }));
    for (const stop of route.stops) stopMarker(L, stop, route.letter, route.colour).addTo(stops);
  }
  for (const one of data.left_out) stopMarker(L, one, "", "#1b2430").addTo(stops);
  return [stops, ...ways];
}

/** Draw the map of the page, if it has one and the library is there. */
async function drawMapOfPage() {
  const box = document.getElementById("map");
  const text = document.getElementById("map-data")?.textContent;
  if (!box?.dataset.library || !text) return;
  const data = JSON.parse(text);
  let stops;
  await openMap(box, data, (L) => { const layers = layersOf(L, data); [stops] = layers; return layers; });
  box.dataset.stops = String(stops.getLayers().length);
}

drawMapOfPage();
document.addEventListener("board-replaced", drawMapOfPage);
