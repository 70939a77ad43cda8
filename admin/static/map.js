// This file draws a map that can be moved: outlines, ways and lettered stops from the JSON beside it, no foreign address.
// The library's address stands on the element; where it is missing, the picture that the server drew stays.
const ZOOM_OF_A_STREET = 17;

function element(className, text, colour) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  if (colour) made.style.setProperty("--team", colour);
  return made;
}

function stopMarker(L, stop, letter, colour) {
  const icon = new L.DivIcon({ html: element("pin", `${letter}${stop.number || "×"}`, colour), className: "pin-box", iconSize: [26, 26] });
  const marker = new L.Marker([stop.lat, stop.lon], { icon, keyboard: false, alt: "" });
  marker.bindTooltip(() => element("", stop.says), { direction: "top" });
  if (stop.visit) marker.on("click", () => document.dispatchEvent(new CustomEvent("stop-chosen", { detail: stop.visit })));
  return marker;
}

function zoomButtons(map, words) {
  const bar = document.createElement("div");
  bar.className = "map-buttons";
  for (const [sign, word, by] of [["+", words.closer, 1], ["−", words.farther, -1]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", word);
    button.addEventListener("click", () => map.zoomIn(by));
    bar.append(button);
  }
  return bar;
}

async function drawMap(box, data) {
  const L = await import(box.dataset.library);
  const canvas = document.createElement("div");
  canvas.className = "map-canvas";
  box.replaceChildren(canvas);
  const map = new L.Map(canvas, { zoomControl: false, attributionControl: false, maxZoom: ZOOM_OF_A_STREET + 1, zoomAnimation: false });
  box.append(zoomButtons(map, data.words));
  const ground = new L.FeatureGroup();
  for (const outline of data.outlines) {
    new L.GeoJSON(JSON.parse(outline), { style: { color: "#7d8895", weight: 1, fillColor: "#f7f9fb", fillOpacity: data.tiles ? 0 : 1 }, interactive: false }).addTo(ground);
  }
  const stops = new L.FeatureGroup();
  const ways = [];
  for (const route of data.routes) {
    const way = [...(route.start ? [[route.start[1], route.start[0]]] : []), ...route.stops.map((stop) => [stop.lat, stop.lon])];
    if (way.length > 1) ways.push(new L.Polyline(way, { color: route.colour, weight: 2.5, opacity: 0.75, interactive: false }));
    for (const stop of route.stops) stopMarker(L, stop, route.letter, route.colour).addTo(stops);
  }
  for (const one of data.left_out) stopMarker(L, one, "", "#1b2430").addTo(stops);
  const shown = stops.getLayers().length ? stops : ground;
  map.fitBounds(shown.getBounds().pad(0.05)); // before anything is drawn: lines need to know where they are
  if (data.tiles) {
    new L.TileLayer(data.tiles, { maxZoom: ZOOM_OF_A_STREET + 2 }).addTo(map);
    box.append(element("map-credit", data.tiles_credit));
  }
  for (const layer of [ground, ...ways, stops]) layer.addTo(map);
  box.dataset.stops = String(stops.getLayers().length);
}

/** Draw the map of the page, if it has one and the library is there. */
function drawMapOfPage() {
  const box = document.getElementById("map");
  const data = document.getElementById("map-data");
  if (box?.dataset.library && data) return drawMap(box, JSON.parse(data.textContent));
  return undefined;
}

drawMapOfPage();
document.addEventListener("board-replaced", drawMapOfPage);
