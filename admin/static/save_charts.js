// This file lets each chart of a page be saved as a picture: SVG as it stands, or PNG drawn from it at twice its size.
const SCALE = 2;

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000); // the browser reads it after the click
}

function asSvg(svg) {
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
}

async function asPng(svg) {
  const source = URL.createObjectURL(asSvg(svg));
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = SCALE * svg.width.baseVal.value;
  canvas.height = SCALE * svg.height.baseVal.value;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // a picture without ground is black in many a document
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(source);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

for (const figure of document.querySelectorAll("figure[data-name]")) {
  const svg = figure.querySelector("svg");
  if (!svg) continue;
  const row = document.createElement("figcaption");
  for (const [kind, make] of [["svg", asSvg], ["png", asPng]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = figure.dataset[kind];
    button.addEventListener("click", async () => save(await make(svg), `${figure.dataset.name}.${kind}`));
    row.append(button, " ");
  }
  figure.append(row);
}
