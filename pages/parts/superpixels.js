// A picture whose superpixels are switches: a click, Enter or Space paints one over or shows it again; arrows move among them.

// The numbers of the superpixels, one for each pixel, from [number, how many, number, how many …].
function unrolled(runs, size) {
  const labels = new Int32Array(size);
  for (let i = 0, at = 0; i < runs.length; at += runs[i + 1], i += 2) labels.fill(runs[i], at, at + runs[i + 1]);
  return labels;
}

// For each superpixel the path of its area, of its own border, and its middle; and the path of all borders.
function outlines(labels, width, height, many) {
  const parts = Array.from({ length: many }, () => ({ area: [], edge: [], x: 0, y: 0, size: 0 }));
  const borders = [];
  for (let y = 0; y < height; y++) for (let x = 0, end; x < width; x = end) {
    const n = labels[y * width + x], part = parts[n];
    for (end = x + 1; end < width && labels[y * width + end] === n;) end++;
    part.area.push(`M${x} ${y}H${end}V${y + 1}H${x}Z`);
    part.edge.push(`M${x} ${y}v1M${end} ${y}v1`);
    if (x) borders.push(`M${x} ${y}v1`);
    part.x += (x + end) / 2 * (end - x); part.y += (y + 0.5) * (end - x); part.size += end - x;
  }
  for (let x = 0; x < width; x++) for (let y = 0; y <= height; y++) {
    const above = y ? labels[(y - 1) * width + x] : -1, below = y < height ? labels[y * width + x] : -1;
    if (above === below) continue;
    for (const n of [above, below]) if (n >= 0) parts[n].edge.push(`M${x} ${y}h1`);
    if (above >= 0 && below >= 0) borders.push(`M${x} ${y}h1`);
  }
  for (const part of parts) { part.x /= part.size || 1; part.y /= part.size || 1; }
  return { parts, borders: borders.join("") };
}

// The nearest superpixel in the direction of an arrow key, by their middles; sideways counts twice.
function beside(parts, from, [dx, dy]) {
  let best = from, least = Infinity;
  parts.forEach((part, n) => {
    const ahead = (part.x - parts[from].x) * dx + (part.y - parts[from].y) * dy;
    const aside = Math.abs((part.x - parts[from].x) * dy) + Math.abs((part.y - parts[from].y) * dx);
    if (n !== from && part.size && ahead > 0.5 && ahead + 2 * aside < least) { least = ahead + 2 * aside; best = n; }
  });
  return best;
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function build(root, data) {
  const { width, height } = data, many = data.colours.length;
  root.known = data;
  const { parts, borders } = outlines(unrolled(data.runs, width * height), width, height, many);
  root.parts = parts;
  root.at = Math.min(root.at || 0, many - 1);
  const svg = root.querySelector("svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", data.alt);
  const pixelated = width < 100 ? ' style="image-rendering:pixelated"' : "";
  svg.innerHTML = `<image href="${data.picture}" width="${width}" height="${height}"${pixelated}/>` + parts.map((part, n) =>
    `<path class="part" data-n="${n}" d="${part.area.join("")}" fill="${data.colours[n]}" role="switch"
      aria-label="${data.part} ${n + 1}"/>`).join("") + `<path class="border" d="${borders}"/><path class="focus"/>`;
  root.cells = [...svg.querySelectorAll(".part")];
  root.ring = svg.querySelector(".focus");
}

function paint(root) {
  root.cells.forEach((cell, n) => {
    cell.setAttribute("aria-checked", String(!root.off.has(n)));
    cell.setAttribute("tabindex", n === root.at ? "0" : "-1");
  });
}

function flip(root, n) {
  root.off.has(n) ? root.off.delete(n) : root.off.add(n);
  root.turn = Math.max(Date.now(), (root.turn || 0) + 1);
  root.at = n;
  paint(root);
  root.send({ off: [...root.off].sort((a, b) => a - b), turn: root.turn });
}

// On the frame and not on the SVG: Chromium makes an SVG that listens for focus a stop of the Tab key of its own.
function listen(root) {
  const number = event => event.target.dataset?.n;
  root.addEventListener("click", event => { if (number(event) !== undefined) flip(root, Number(number(event))); });
  root.addEventListener("keydown", event => {
    const arrow = ARROWS[event.key];
    if (number(event) === undefined || !(arrow || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    event.stopPropagation();
    if (!arrow) return flip(root, root.at);
    root.at = beside(root.parts, root.at, arrow);
    paint(root);
    root.cells[root.at].focus();
  });
  root.addEventListener("focusin", event => {
    if (number(event) === undefined) return;
    root.at = Number(number(event));
    const keys = event.target.matches(":focus-visible");
    root.ring.setAttribute("d", keys ? root.parts[root.at].edge.join("") : "");
  });
  root.addEventListener("focusout", () => root.ring.setAttribute("d", ""));
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lectern-superpixels");
  root.send = clicks => setStateValue("clicks", clicks);
  const fresh = !root.known;
  const same = !fresh && root.known.picture === data.picture && root.known.runs.join() === data.runs.join()
    && root.known.colours.join() === data.colours.join();
  if (!same) build(root, data);
  if (fresh) listen(root);
  // an answer to an earlier click must not undo a later one
  if (fresh || !same || !root.turn || data.turn >= root.turn) root.off = new Set(data.off);
  paint(root);
}
