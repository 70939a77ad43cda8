// This file brings a newer app in: kept beside the present one, and changed over to between two saves, when somebody agrees.

/** Register the worker and say when a newer app is there, whole. @param {() => void} isThere */
export async function watchUpdates(isThere) {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register(trusted("/tablet/sw.js"), { scope: "/tablet/", updateViaCache: "none" });
  const look = () => registration.waiting && navigator.serviceWorker.controller && isThere();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  look();
}

/** Let the newer app take over and start it. The store stays as it is. */
export async function changeOver() {
  const registration = await navigator.serviceWorker.getRegistration("/tablet/");
  if (!registration?.waiting) return;
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("change_over");
}

/** The one address that may be run as a worker. @param {string} address */
function trusted(address) {
  const { trustedTypes } = /** @type {any} */ (window);
  if (!trustedTypes) return address;
  const policy = trustedTypes.createPolicy("maraude", {
    createScriptURL: (/** @type {string} */ asked) => {
      if (asked !== "/tablet/sw.js") throw new TypeError(`no worker of ours: ${asked}`);
      return asked;
    },
  });
  return policy.createScriptURL(address);
}
