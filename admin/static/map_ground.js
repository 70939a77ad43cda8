// This file opens a map that can be moved, with the outlines of the zones: every map of our pages stands on it.
// The library's address stands on the element; no foreign address, but the tile server that the operator named.
const ZOOM_OF_A_STREET = 17;

/** Make an element that holds text and nothing that could become markup. */
export function element(className, text, colour) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  if (colour) made.style.setProperty("--team", colour);
  return made;
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

/** Return a canvas that keeps what was drawn: the library's own forgets it, and its place, after each move (its issue 9843). */
function steadyCanvas(L) {
  return new (class extends L.Canvas {
    _resizeContainer() {
      const size = this._map.getSize().multiplyBy(1 + 2 * this.options.padding).round();
      const { width, height } = this._container;
      if (width === size.x * devicePixelRatio && height === size.y * devicePixelRatio) return size;
      super._resizeContainer();
      if (this._bounds) this._update();
      return size;
    }
  })();
}

/** Return what is to be seen at first: what is drawn, without what lies farther from the zones than they are wide. */
function seenAtFirst(L, drawn, ground) {
  if (!ground.getLayers().length) return drawn.getBounds();
  const around = ground.getBounds().pad(1);
  const seen = new L.LatLngBounds([]);
  for (const one of drawn.getLayers()) {
    const own = one.getBounds?.() ?? new L.LatLngBounds([one.getLatLng()]);
    if (own.isValid() && around.contains(own)) seen.extend(own);
  }
  return seen.isValid() ? seen : ground.getBounds();
}

/** Open a map in a box; `layersOf` makes what is drawn over the zones, the first of them what is to be seen at first.
 *  Many marks go on one canvas: an element for each would make the map stutter. */
export async function openMap(box, data, layersOf, onCanvas = false) {
  const L = await import(box.dataset.library);
  const canvas = document.createElement("div");
  canvas.className = "map-canvas";
  box.replaceChildren(canvas);
  const map = new L.Map(canvas, {
    zoomControl: false, attributionControl: false, maxZoom: ZOOM_OF_A_STREET + 1, zoomAnimation: false,
    zoomSnap: data.tiles ? 1 : 0.25, // outlines fill their box; a picture of streets is sharp at whole steps alone
    ...(onCanvas ? { renderer: steadyCanvas(L) } : {}),
  });
  box.append(zoomButtons(map, data.words));
  const ground = new L.FeatureGroup();
  for (const outline of data.outlines) {
    new L.GeoJSON(JSON.parse(outline), { style: { color: "#7d8895", weight: 1, fillColor: "#f7f9fb", fillOpacity: data.tiles ? 0 : 1 }, interactive: false }).addTo(ground);
  }
  const [first, ...others] = layersOf(L);
  const seen = seenAtFirst(L, first, ground);
  if (seen.isValid()) map.fitBounds(seen.pad(0.05)); // before anything is drawn: lines need to know where they are
  if (data.tiles) {
    new L.TileLayer(data.tiles, { maxZoom: ZOOM_OF_A_STREET + 2 }).addTo(map);
    box.append(element("map-credit", data.tiles_credit));
  }
  for (const layer of [ground, ...others, first]) layer.addTo(map);
  return { L, map };
}
