// This file reads a page again when something of the territory changed, and puts its live part in place.
// A page names that part with id="live"; what the person types or has focused elsewhere stays as it is.
import { spoken } from "./spoken.js";

const PAUSE_MS = 400;

function readAgain() {
  const request = new XMLHttpRequest();
  request.open("GET", spoken(location.href));
  request.responseType = "document"; // parsed without running anything: no sink that Trusted Types would guard
  request.onload = () => {
    const fresh = request.status === 200 && request.response && request.response.getElementById("live");
    const shown = document.getElementById("live");
    if (!fresh || !shown) return;
    const ticked = [...shown.querySelectorAll("input:checked")].map((one) => one.id).filter(Boolean);
    const focused = shown.contains(document.activeElement) ? document.activeElement.id : "";
    shown.replaceWith(document.adoptNode(fresh));
    ticked.forEach((id) => { const one = document.getElementById(id); if (one) one.checked = true; });
    document.dispatchEvent(new Event("read-again"));
    if (focused) document.getElementById(focused)?.focus();
  };
  request.send();
}

let waiting = 0;
let first = true;
const events = new EventSource("/live");
events.addEventListener("changed", () => {
  if (first) { first = false; return; } // said at the start: the page is as fresh
  clearTimeout(waiting);
  waiting = setTimeout(readAgain, PAUSE_MS);
});
events.addEventListener("error", () => { first = false; }); // news may have been missed: read at the next
addEventListener("pagehide", () => events.close());
