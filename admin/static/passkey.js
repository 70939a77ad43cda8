// This file lets the browser make a passkey (/my-passkeys) or prove one (where a code is asked for).
// What it sends is checked by backend/passkeys; a refusal is shown as the server words it.
import { spoken } from "./spoken.js";

const HEADERS = { "X-Maraude-Request": "1", "Content-Type": "application/json" };

async function send(path, body) {
  const answer = await fetch(spoken(path), { method: "POST", headers: HEADERS, body: body && JSON.stringify(body) });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json();
  if (problem.code === "reauthentication_needed") location.assign(`/reauthenticate?next=${encodeURIComponent(location.pathname)}`);
  throw new Error(`${problem.title} ${problem.detail}`);
}

function listen(form, act, done) {
  if (!form) return;
  const said = document.getElementById("passkey-said");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = "";
    try {
      await act(form);
      location.assign(done(form));
    } catch (error) {
      said.textContent = error instanceof DOMException ? form.dataset.failed : error.message;
    }
  });
}

listen(document.getElementById("add-passkey"), async (form) => {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await send("/api/me/passkeys/offer"));
  const made = await navigator.credentials.create({ publicKey: options });
  await send("/api/me/passkeys", { label: form.elements.label.value, credential: made.toJSON() });
}, () => location.pathname);

listen(document.getElementById("prove-passkey"), async () => {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await send("/api/sign-in/passkey/offer"));
  const proof = await navigator.credentials.get({ publicKey: options });
  await send("/api/sign-in/passkey", { credential: proof.toJSON() });
}, (form) => form.dataset.next);
