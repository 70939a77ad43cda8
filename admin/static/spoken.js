// This file gives the address by which a script asks in the language of its page: in another window, the same person may have chosen the other.
export function spoken(address) {
  const asked = new URL(address, location.href);
  asked.searchParams.set("locale", document.documentElement.lang);
  return asked;
}
