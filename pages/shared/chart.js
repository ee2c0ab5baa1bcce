// Draws one figure as SVG. What is drawn (layers, axes, colours, words) comes from figures.py; here are only pixels.
// It redraws in place, so a curve that grows or bars that move never blink, and needs no chart library to be loaded.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = text => String(text).replace(/[&<>"]/g, c => ESCAPES[c]);
const clamp = (v, low, high) => Math.max(low, Math.min(high, v));

// A number for people: at most four digits that count.
function short(v) {
  const size = Math.abs(v), digits = (x, n) => String(Number(x.toPrecision(n)));
  if (size >= 999950) return digits(v / 1e6, 3) + "M";
  if (size >= 1e4) return digits(v / 1e3, 4) + "k";
  if (size < 1e-3 && v !== 0) return v.toExponential(1).replace(".0e", "e");
  return digits(v, 4);
}

// Positions of about `count` ticks with round values; on a logarithmic axis, powers of ten (and 2 and 5 in between).
function ticks([low, high], count, log) {
  if (log) {
    const found = [];
    for (const steps of [[1], [1, 3], [1, 2, 5]]) {
      found.length = 0;
      for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); p++)
        for (const s of steps) if (s * 10 ** p >= low * 0.999 && s * 10 ** p <= high * 1.001) found.push(s * 10 ** p);
      if (found.length >= 3) break;
    }
    const every = Math.ceil(found.length / count);
    return found.filter((_, i) => i % every === 0);
  }
  const raw = (high - low) / count, power = 10 ** Math.floor(Math.log10(raw));
  const steps = [0.5, 1, 2, 5, 10].map(s => s * power), wanted = steps.findIndex(s => s >= raw * 0.999);
  const on = step => {
    const first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  };
  const found = on(steps[wanted]);
  return found.length >= 3 ? found : on(steps[wanted - 1]);
}

function scale([low, high], from, to, log) {
  const f = log ? Math.log : v => v, a = f(low), b = f(high);
  const there = v => from + ((f(v) - a) / (b - a)) * (to - from);
  there.back = p => { const v = a + ((p - from) / (to - from)) * (b - a); return log ? Math.exp(v) : v; };
  return there;
}

const SHAPES = {
  circle: "M5,0A5,5 0 1 1 -5,0A5,5 0 1 1 5,0Z", square: "M-4.5,-4.5H4.5V4.5H-4.5Z", diamond: "M0,-6L6,0L0,6L-6,0Z",
  triangle: "M0,-5.5L5.5,4.5H-5.5Z", x: "M-5,-5L5,5M-5,5L5,-5", cross: "M-6,0H6M0,-6V6",
  star: "M0,-6.5L1.7,-2L6.2,-2L2.6,1L4,5.5L0,2.8L-4,5.5L-2.6,1L-6.2,-2L-1.7,-2Z",
};

function swatch(layer) {
  const dash = (layer.dash || []).join(" ");
  const shape = layer.kind === "bar" ? '<rect width="14" height="10" y="1" rx="2" fill="currentColor"/>'
    : layer.kind === "point" ? `<path transform="translate(8,6)" d="${SHAPES[layer.shape]}" fill="currentColor" stroke="currentColor"/>`
    : `<path d="M0,6H22" stroke="currentColor" stroke-width="2.5" stroke-dasharray="${dash}" fill="none"/>`;
  return `<span class="item"><svg width="24" height="12" style="color:${layer.colour}">${shape}</svg>${escaped(layer.name)}</span>`;
}

function lineOf(layer, X, Y) {
  let path = "", pen = "M", ends = "", run = 0;
  layer.x.forEach((x, i) => {
    const y = layer.y[i];
    if (y === null) { pen = "M"; run = 0; return; }
    path += `${pen}${X(x).toFixed(1)},${Y(y).toFixed(1)}`;
    pen = "L"; run += 1;
    const alone = run === 1 && (i + 1 >= layer.y.length || layer.y[i + 1] === null);
    if (alone) ends += `<circle cx="${X(x).toFixed(1)}" cy="${Y(y).toFixed(1)}" r="3.2" fill="${layer.colour}"/>`;
  });
  const faint = layer.faint ? ' opacity="0.45"' : "";
  return `<g${faint}><path class="line" d="${path}" fill="none" stroke="${layer.colour}" stroke-width="2.5"
    stroke-linejoin="round" stroke-dasharray="${(layer.dash || []).join(" ")}"/>${ends}</g>`;
}

function barsOf(layer, X, Y, floor) {
  return layer.x.map((x, i) => {
    const half = (layer.width[i] ?? layer.width[0]) / 2, left = X(x - half), right = X(x + half), base = layer.base === undefined ? floor : Y(layer.base);
    const top = Math.min(Y(layer.y[i]), base), height = Math.max(0, Math.max(Y(layer.y[i]), base) - top), said = layer.text && layer.text[i];
    const word = said && right - left > 4 * said.length ? `<text x="${(left + right) / 2}" y="${top - 4}" text-anchor="middle" class="said">${escaped(said)}</text>` : "";
    return `<rect class="bar" x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${Math.max(1, right - left - 0.5).toFixed(1)}"
      height="${height.toFixed(1)}" fill="${layer.colour}" opacity="${layer.opacity}"/>${word}`;
  }).join("");
}

const pointsOf = (layer, X, Y) => layer.x.map((x, i) => `<path class="point" d="${SHAPES[layer.shape]}" fill="${layer.colour}"
  stroke="${/x|cross/.test(layer.shape) ? layer.colour : "var(--st-background-color)"}" stroke-width="${/x|cross/.test(layer.shape) ? 2.5 : 1}"
  transform="translate(${X(x).toFixed(1)},${Y(layer.y[i]).toFixed(1)})${layer.small ? " scale(0.5)" : ""}"${layer.small ? ' opacity="0.5"' : ""}/>`).join("");

// One vertical line each, with its name, or hair lines without.
function rulesOf(layer, X, top, floor, width) {
  const lines = layer.x.map(x => `<path d="M${X(x).toFixed(1)},${top}V${floor}" stroke="${layer.colour}"
    stroke-width="${layer.name ? 1.8 : 1}" opacity="${layer.name ? 1 : clamp(25 / layer.x.length, 0.2, 0.9)}" stroke-dasharray="${(layer.dash || []).join(" ")}"/>`).join("");
  if (!layer.name) return lines;
  const x = X(layer.x[0]), right = x > 0.75 * width;
  return lines + `<text class="rule" x="${x + (right ? -5 : 5)}" y="${top + 11}" text-anchor="${right ? "end" : "start"}"
    style="fill:${layer.colour}">${escaped(layer.name)}</text>`;
}

// The plot's frame: where axes and layers go, in pixels.
function frameOf(data, width, view) {
  const yTicks = ticks(data.y.domain, clamp(Math.round(data.height / 50), 3, 6), data.y.log);
  const left = 22 + 7.2 * Math.max(...yTicks.map(t => short(t).length), 1), top = 10;
  const right = width - 12, floor = data.height - (data.x.title ? 42 : 26);
  const domain = view || data.x.domain;
  return { yTicks, left, top, right, floor, domain, X: scale(domain, left, right, data.x.log), Y: scale(data.y.domain, floor, top, data.y.log) };
}

function axesOf(data, f, width) {
  const words = [];
  for (const t of f.yTicks)
    words.push(`<path class="grid" d="M${f.left},${f.Y(t).toFixed(1)}H${f.right}"/>`,
      `<text x="${f.left - 6}" y="${(f.Y(t) + 4).toFixed(1)}" text-anchor="end">${short(t)}</text>`);
  const names = data.x.categories;
  if (names) {
    const room = (f.right - f.left) / Math.max(1, names.length);
    const every = Math.ceil((6.6 * Math.max(...names.map(n => n.length), 1) + 6) / room), wide = every > 1 && names.length <= 6;
    names.forEach((name, i) => {
      if (!wide && i % every) return;
      const lines = wide ? wrapped(name, room / 6.4) : [name];
      lines.forEach((line, j) => words.push(`<text x="${f.X(i)}" y="${f.floor + 16 + 13 * j}" text-anchor="middle">${escaped(line)}</text>`));
    });
  } else for (const t of ticks(f.domain, clamp(Math.round(width / 110), 3, 8), data.x.log))
    words.push(`<path class="tick" d="M${f.X(t).toFixed(1)},${f.floor}v4"/>`,
      `<text x="${f.X(t).toFixed(1)}" y="${f.floor + 17}" text-anchor="middle">${short(t)}</text>`);
  words.push(`<path class="axis" d="M${f.left},${f.floor}H${f.right}"/>`);
  if (data.x.title) words.push(`<text class="title" x="${(f.left + f.right) / 2}" y="${data.height - 5}" text-anchor="middle">${escaped(data.x.title)}</text>`);
  if (data.y.title) words.push(`<text class="title" transform="translate(12,${(f.top + f.floor) / 2}) rotate(-90)" text-anchor="middle">${escaped(data.y.title)}</text>`);
  return words.join("");
}

function wrapped(name, letters) {
  return name.split(" ").reduce((lines, word) => {
    const last = lines[lines.length - 1];
    if (last !== undefined && (last + " " + word).length <= letters) lines[lines.length - 1] += " " + word;
    else lines.push(word);
    return lines;
  }, []).slice(0, 2);
}

// The picture that belongs to a point, cut out of the sheet that its layer carries.
function shotOf(layer, i) {
  const p = layer.pictures;
  if (!p) return [];
  const across = p.places[i] % p.columns, down = Math.floor(p.places[i] / p.columns);
  return [`<span class="shot" style="width:${p.side}px;height:${p.side}px;background:url(${escaped(p.sheet)})
    -${across * p.side}px -${down * p.side}px / ${p.columns * p.side}px auto"></span>`];
}

// What the pointer is on: the words of the tooltip, and where it stands.
function under(data, f, px, py) {
  const at = f.X.back(px), found = [];
  let x = null, near = 1e9, point = null;
  for (const layer of data.layers) {
    if (layer.silent) continue;
    if (layer.kind === "point") layer.x.forEach((v, i) => {
      const d = Math.hypot(f.X(v) - px, f.Y(layer.y[i]) - py);
      if (d < near && d < 24) { near = d; point = [layer, i]; }
    });
    else if (layer.kind !== "rule") layer.x.forEach((v, i) => {
      if (layer.y[i] !== null && (x === null || Math.abs(v - at) < Math.abs(x - at))) x = v;
    });
  }
  if (point) return { x: f.X(point[0].x[point[1]]), rows: [...shotOf(...point), ...point[0].text[point[1]].split("\n").map(escaped)] };
  if (x === null) return null;
  const names = data.x.categories;
  for (const layer of data.layers) {
    if (layer.silent || (layer.kind !== "line" && layer.kind !== "bar")) continue;
    const i = layer.x.findIndex(v => names ? Math.round(v) === Math.round(x) : v === x);
    if (i >= 0 && layer.y[i] !== null) found.push(`<span style="color:${layer.colour}">■</span> ${escaped(layer.name)} <b>${short(layer.y[i])}</b>`);
  }
  const head = names ? names[Math.round(x)] : `${data.x.title} ${short(x)}`;
  return found.length ? { x: f.X(names ? Math.round(x) : x), rows: [escaped(head), ...found] } : null;
}

// A matrix: one square for each number, first row on top.
function cellsOf(data, width) {
  const c = data.cells, left = c.rows ? 16 + 7.2 * Math.max(...c.rows.map(r => r.length)) + (data.y.title ? 16 : 0) : 0;
  const top = c.columns ? 18 + (data.x.title ? 18 : 0) : 0;
  const side = Math.min((width - left) / c.colours[0].length, (data.height - top) / c.colours.length, c.largest || 1e9);
  const words = c.colours.map((row, i) => row.map((colour, j) => {
    const x = left + j * side, y = top + i * side, said = c.text && c.text[i][j];
    return `<rect class="cell" x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(side + 0.3).toFixed(1)}" height="${(side + 0.3).toFixed(1)}"
      fill="${colour || "none"}"/>` + (said ? `<text x="${x + side / 2}" y="${y + side / 2 + 4}" text-anchor="middle"
      style="fill:${c.ink[i][j]};opacity:1">${escaped(said)}</text>` : "");
  }).join("")).join("");
  const rows = (c.rows || []).map((name, i) => `<text x="${left - 8}" y="${top + (i + 0.5) * side + 4}" text-anchor="end">${escaped(name)}</text>`);
  const columns = (c.columns || []).map((name, j) => `<text x="${left + (j + 0.5) * side}" y="${top - 6}" text-anchor="middle">${escaped(name)}</text>`);
  const wide = side * c.colours[0].length, tall = side * c.colours.length;
  const titles = (data.x.title ? `<text class="title" x="${left + wide / 2}" y="13" text-anchor="middle">${escaped(data.x.title)}</text>` : "")
    + (data.y.title ? `<text class="title" transform="translate(12,${top + tall / 2}) rotate(-90)" text-anchor="middle">${escaped(data.y.title)}</text>` : "");
  return { body: words + rows.join("") + columns.join("") + titles, left, top, right: left + wide, floor: top + tall, side };
}

function cellUnder(data, f, px, py) {
  const i = Math.floor((py - f.top) / f.side), j = Math.floor((px - f.left) / f.side), row = data.cells.values[i];
  return row && row[j] !== undefined && row[j] !== null ? { x: px, rows: [`<b>${short(row[j])}</b>`] } : null;
}

function draw(root) {
  const data = root.data, width = Math.max(200, root.clientWidth);
  root.svg.setAttribute("width", width);
  root.svg.setAttribute("height", data.height);
  root.svg.setAttribute("viewBox", `0 0 ${width} ${data.height}`);
  root.svg.setAttribute("aria-label", data.alt);
  if (data.cells) {
    root.frame = cellsOf(data, width);
    root.svg.setAttribute("height", root.frame.floor + 2);
    root.svg.setAttribute("viewBox", `0 0 ${width} ${root.frame.floor + 2}`);
    root.svg.innerHTML = root.frame.body + '<g class="over"></g>';
  } else drawLayers(root, data, width);
}

function drawLayers(root, data, width) {
  const f = frameOf(data, width, root.view);
  const body = { line: l => lineOf(l, f.X, f.Y), bar: l => barsOf(l, f.X, f.Y, f.floor), point: l => pointsOf(l, f.X, f.Y),
    rule: l => rulesOf(l, f.X, f.top, f.floor, width) };
  const id = root.id || (root.id = "chart" + Math.random().toString(36).slice(2));
  const named = data.layers.filter(l => l.name && l.kind !== "rule");
  root.legend.innerHTML = named.length > 1 || data.legend ? named.map(swatch).join("") : "";
  root.svg.innerHTML = `<clipPath id="${id}clip"><rect x="${f.left}" y="${f.top - 8}" width="${f.right - f.left}" height="${f.floor - f.top + 8}"/></clipPath>`
    + axesOf(data, f, width) + `<g clip-path="url(#${id}clip)">${data.layers.map(l => body[l.kind](l)).join("")}</g><g class="over"></g>`;
  root.frame = f;
}

// Hover shows values; dragging zooms into a range of x, a double click shows all of it again.
function follow(root) {
  let from = null;
  const over = () => root.svg.querySelector(".over");
  const place = event => { const box = root.svg.getBoundingClientRect(); return [event.clientX - box.x, event.clientY - box.y]; };
  root.svg.addEventListener("pointermove", event => {
    const [px, py] = place(event), f = root.frame;
    if (from !== null) {
      over().innerHTML = `<rect x="${Math.min(from, px)}" y="${f.top}" width="${Math.abs(px - from)}" height="${f.floor - f.top}" class="drag"/>`;
      return;
    }
    const inside = px >= f.left && px <= f.right && py <= f.floor;
    const said = inside ? (root.data.cells ? cellUnder : under)(root.data, f, px, py) : null;
    over().innerHTML = said && !root.data.cells ? `<path class="hover" d="M${said.x},${f.top}V${f.floor}"/>` : "";
    root.tip.hidden = !said;
    if (!said) return;
    root.tip.innerHTML = said.rows.join("<br>");
    const left = said.x + 14 + root.tip.offsetWidth > root.clientWidth ? said.x - 14 - root.tip.offsetWidth : said.x + 14;
    root.tip.style.left = Math.max(0, left) + "px";
    const above = root.legend.offsetHeight;  // SVG elements have no offsetTop
    root.tip.style.top = above + clamp(py - 20, 0, Math.max(0, f.floor - root.tip.offsetHeight)) + "px";
  });
  root.svg.addEventListener("pointerleave", () => { root.tip.hidden = true; over().innerHTML = ""; from = null; });
  root.svg.addEventListener("pointerdown", event => { if (!root.data.x.categories && !root.data.cells && event.pointerType === "mouse") from = place(event)[0]; });
  root.svg.addEventListener("pointerup", event => {
    const to = place(event)[0], f = root.frame;
    if (from !== null && Math.abs(to - from) > 8)
      root.view = [Math.min(from, to), Math.max(from, to)].map(p => f.X.back(clamp(p, f.left, f.right)));
    from = null;
    draw(root);
  });
  root.svg.addEventListener("dblclick", () => { root.view = null; draw(root); });
}

// The picture as a file: colours that come from the page's theme are written into it.
function save(root) {
  const copy = root.svg.cloneNode(true), page = getComputedStyle(root);
  const [ink, paper, line] = ["--st-text-color", "--st-background-color", "--st-border-color"].map(n => page.getPropertyValue(n).trim());
  const width = root.clientWidth, height = root.data.height + 26;
  let x = 10;
  const legend = (root.data.layers || []).filter(l => l.name && l.kind !== "rule").map(l => {
    const part = `<circle cx="${x}" cy="12" r="5" fill="${l.colour.replace("var(--st-text-color)", ink)}"/><text x="${x + 10}" y="16">${escaped(l.name)}</text>`;
    x += 34 + 7 * l.name.length;
    return part;
  }).join("");
  const inner = copy.innerHTML.replaceAll("var(--st-background-color)", paper).replaceAll("var(--st-text-color)", ink);
  const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="${ink}">`
    + `<style>.grid,.tick,.axis{stroke:${line};fill:none}</style><rect width="100%" height="100%" fill="${paper}"/>${legend}<g transform="translate(0,26)">${inner}</g></svg>`;
  const image = new Image(), canvas = document.createElement("canvas");
  image.onload = () => {
    canvas.width = 3 * width; canvas.height = 3 * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = "lectern.png";
    link.click();
  };
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text);
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".lectern-chart");
  const known = root.data;
  root.data = data;
  if (!known) {
    [root.legend, root.svg, root.tip] = [".legend", "svg.picture", ".tip"].map(name => root.querySelector(name));
    root.querySelector("button").onclick = () => save(root);
    follow(root);
    root.watcher = new ResizeObserver(() => { if (root.clientWidth && root.clientWidth !== root.drawnAt) { root.drawnAt = root.clientWidth; draw(root); } });
    root.watcher.observe(root);
  } else if (known.x.title !== data.x.title) root.view = null;
  root.drawnAt = root.clientWidth;
  draw(root);
}
