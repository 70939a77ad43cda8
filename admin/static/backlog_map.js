// This file draws where the requests of the backlog wait, and ties the map to the table: choosing a row shows its place,
// choosing a place shows its rows. The marks are drawn on one canvas, so that a thousand of them move smoothly.
import { element, openMap } from "./map_ground.js";
import { spoken } from "./spoken.js";

const INKS = { late: "#a1210f", due: "#6b4e00", on_time: "#1d6b36" };
const FILLS = { late: 0.9, due: 0.35, on_time: 0 };
const MANY = 200; // from here on marks are small, so that they leave each other room
const box = document.getElementById("backlog-map");
const told = document.getElementById("map-told");
const markers = new Map();
let data = null;
let opened = null;
let group = null;
let chosen = "";

function styleOf(mark) {
  const own = mark.place_id === chosen;
  const fillOpacity = own ? 1 : FILLS[mark.age];
  return { color: own ? "#d97a00" : INKS[mark.age], weight: own ? 5 : 2, fillColor: fillOpacity ? INKS[mark.age] : "#fff", fillOpacity: fillOpacity || 0.85 };
}

function rowsOf(place) {
  return [...document.querySelectorAll("#live tr[data-place]")].filter((row) => row.dataset.place === place);
}

/** Make a place the chosen one, on the map and in the table. */
function choose(place) {
  const former = markers.get(chosen);
  chosen = place;
  former?.marker.setStyle(styleOf(former.mark));
  const found = markers.get(place);
  found?.marker.setStyle(styleOf(found.mark)).bringToFront();
  for (const row of document.querySelectorAll("#live tr[data-place]")) {
    if (row.dataset.place === place) row.setAttribute("aria-current", "location");
    else row.removeAttribute("aria-current");
  }
  box.dataset.chosen = place;
  return found;
}

function chooseFromRow(event) {
  const place = event.target.closest("#live tr[data-place]")?.dataset.place;
  if (!place || place === chosen) return;
  const found = choose(place);
  told.textContent = found?.mark.says ?? "";
  const point = opened && found?.marker.getLatLng();
  if (point && !opened.map.getBounds().contains(point)) opened.map.panTo(point, { animate: false });
}

function chooseFromMap(mark) {
  choose(mark.place_id);
  const [first] = rowsOf(mark.place_id);
  told.textContent = `${mark.says}. `;
  if (first) {
    first.scrollIntoView({ block: "nearest" });
    first.querySelector("input:not([type=hidden]), a, button")?.focus({ preventScroll: true });
    return;
  }
  const link = document.createElement("a");
  link.href = `${box.dataset.rowsAddress}&place=${encodeURIComponent(mark.place_id)}`;
  link.textContent = data.words.show_all;
  told.append(`${data.words.none_here} `, link);
  link.focus();
}

function draw(L) {
  group ??= new L.FeatureGroup();
  group.clearLayers();
  markers.clear();
  const [base, size] = data.marks.length > MANY ? [1.5, 1] : [4, 2];
  for (const mark of [...data.marks].reverse()) { // the most pressing comes last, and so lies on top
    const marker = new L.CircleMarker([mark.lat, mark.lon], { radius: base + size * mark.priority, ...styleOf(mark) });
    marker.bindTooltip(() => element("", mark.says), { direction: "top" });
    marker.on("click", () => chooseFromMap(mark));
    markers.set(mark.place_id, { mark, marker });
    marker.addTo(group);
  }
  return [group];
}

async function read() {
  const answer = await fetch(spoken(box.dataset.marksAddress));
  if (!answer.ok) return;
  data = await answer.json();
  if (opened) draw(opened.L);
  else opened = await openMap(box, data, draw, true);
  told.textContent = data.told;
  choose(chosen);
  box.dataset.marks = String(markers.size);
}

if (box) {
  document.addEventListener("focusin", chooseFromRow);
  document.addEventListener("click", chooseFromRow);
  document.addEventListener("read-again", () => { if (!document.hidden) read(); });
  read();
}
