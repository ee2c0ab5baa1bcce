// One Plotly figure, drawn in place. What is drawn comes from figures.py and rasters.py; here is what only a browser
// knows: the theme, the size, where the pointer is. The script of Plotly is loaded once, when a figure first needs it.

const VERSION = "4.1.1";
const SOLID = ["surface", "scatter3d", "mesh3d"]; // these need the other bundle
const MOST = 500; // rows of a data table
const bundles = (window.lecternPlotly ??= {});

// Both bundles call themselves window.Plotly: each is kept under its own name as soon as it has run.
function plotly(kind) {
  const address = new URL(`app/static/plotly-${kind}.min.js?v=${VERSION}`, document.baseURI).href;
  return (bundles[kind] ??= (bundles.last = Promise.resolve(bundles.last).then(() => import(address)).then(() => window.Plotly)));
}

const idle = () => new Promise(done => (window.requestIdleCallback ?? setTimeout)(done, { timeout: 1500 }));
const mouse = () => matchMedia("(hover: hover)").matches;
const kindOf = figure => (figure.data.some(trace => SOLID.includes(trace.type)) ? "gl3d" : "cartesian");

// ---- the theme ----

const themeOf = root => {
  const css = getComputedStyle(root);
  return name => css.getPropertyValue(`--st-${name}`).trim();
};

// The page's own style sheet (stage.css) needs the theme's colours too, and Streamlit tells them to components alone.
function tellPage(of) {
  for (const name of ["background-color", "secondary-background-color", "primary-color"])
    document.documentElement.style.setProperty(`--st-${name}`, of(name));
}

const isDark = colour => {
  const pen = Object.assign(document.createElement("canvas").getContext("2d"), { fillStyle: colour });
  return parseInt(pen.fillStyle.slice(1, 3), 16) < 128; // a canvas writes every colour as #rrggbb
};

// How much larger than usual the page's type is: presenter mode, or a visitor who asks the browser for large letters.
const scale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

// var(--st-…) inside a figure becomes the theme's own colour, and its letters grow with the page's.
function themed(figure, of) {
  const by = scale();
  const grow = (name, value) => (/font$/.test(name) && value.size ? { ...value, size: value.size * by } : value);
  return JSON.parse(JSON.stringify(figure).replace(/var\(--st-([a-z-]+)\)/g, (_, name) => of(name)), by === 1 ? undefined : grow);
}

function template(of, wide, tall) {
  const ink = of("text-color"), paper = of("background-color"), line = of("border-color"), font = of("font"), by = scale();
  const letters = { size: 12.5 * by };
  const axis = { gridcolor: line, zerolinecolor: line, linecolor: line, automargin: true, title: { standoff: 8, font: letters },
    tickfont: { size: 12 * by }, fixedrange: !mouse() };
  const solid = { gridcolor: line, zerolinecolor: line, backgroundcolor: paper, color: ink };
  return { layout: {
    font: { color: ink, family: font, ...letters }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    colorway: ["#2B7EBF", "#D07A00", "#2A9D7F", "#C0368A", "#7A808C"],
    xaxis: { ...axis, showgrid: false, ticks: "outside", tickcolor: line, nticks: Math.max(3, Math.round(wide / (90 * by))) },
    yaxis: { ...axis, nticks: Math.max(3, Math.min(7, Math.round(tall / (45 * by)))) },
    scene: { xaxis: solid, yaxis: solid, zaxis: solid },
    legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom", font: letters, tracegroupgap: 0 },
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)", color: of("text-color"), activecolor: of("primary-color") },
    hoverlabel: { bgcolor: of("secondary-background-color"), bordercolor: line, font: { color: ink, family: font, ...letters }, align: "left" },
    hovermode: "x unified", dragmode: mouse() ? "zoom" : false, barcornerradius: 2,
  } };
}

// The room that the legend needs, so that the plot keeps its size when curves appear.
function legendRows({ data, layout }, wide) {
  const named = data.filter(trace => trace.name && trace.showlegend !== false);
  const shown = layout.showlegend ?? named.length > 1;
  if (!shown || layout.scene) return 0;
  const letter = 5.8 * scale(), widest = Math.max(...named.map(trace => 44 + letter * trace.name.length), 1);
  return Math.ceil(named.length / Math.max(1, Math.floor(wide / widest)));
}

// ---- what the buttons do ----

const ICONS = {
  svg: "M3 21h18v-2H3v2zM12 17l6-7h-4V3h-4v7H6l6 7z",
  table: "M3 3v18h18V3H3zm2 4h4v4H5V7zm0 6h4v6H5v-6zm14 6h-8v-6h8v6zm0-8h-8V7h8v4z",
};
const icon = name => ({ width: 24, height: 24, path: ICONS[name] });
const file = text => text.normalize("NFKD").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").toLowerCase().slice(0, 60) || "lectern";

function save(root, format) {
  const { box, plotly, sent } = root;
  plotly?.downloadImage(box, { format, filename: "lectern-" + file(sent.alt), scale: 3, width: box.clientWidth, height: box.clientHeight });
}

// Made once for each figure: Plotly would begin anew, and forget the zoom, if a button were another function than before.
function config(root) {
  const { words, pick, figure } = root.sent;
  const files = [
    { name: "png", title: words.png, icon: root.plotly.Icons.camera, click: () => save(root, "png") },
    { name: "svg", title: words.svg, icon: icon("svg"), click: () => save(root, "svg") },
    { name: "table", title: words.table, icon: icon("table"), click: () => openTable(root) },
  ];
  const moves = kindOf(figure) === "gl3d" ? ["orbitRotation", "pan3d", "resetCameraDefault3d"]
    : ["zoom2d", "pan2d", ...(pick ? ["select2d"] : []), "resetScale2d"];
  return { displaylogo: false, showSendToCloud: false, showEditInChartStudio: false, responsive: false, scrollZoom: false,
    displayModeBar: mouse() ? "hover" : false, modeBarButtons: [files, moves] };
}

// ---- the table behind the figure ----

const plainText = text => { const box = document.createElement("div"); box.innerHTML = String(text ?? "").replace(/<br>/g, " · "); return box.textContent; };
const tick = (axis, v) => { const i = (axis?.tickvals ?? []).indexOf(v); return i < 0 || !axis.ticktext ? v : axis.ticktext[i]; };
const grid = ({ z, x, y }, layout) => [
  ["", ...z[0].map((_, j) => (x ? x[j] : tick(layout.xaxis, j)))],
  ...z.map((row, i) => [y ? y[i] : tick(layout.yaxis, i), ...row]),
];

// Rows of text, the head first. Long form, or the matrix itself where the figure is one.
function rowsOf({ data, layout }) {
  const heat = data.find(trace => trace.z);
  if (heat && !data.some(trace => trace.mode === "markers")) return grid(heat, layout);
  const title = axis => layout[axis]?.title?.text || axis[0];
  const rows = [["", title("xaxis"), title("yaxis"), ""]];
  for (const trace of data)
    if (trace.x && trace.mode !== "text" && !trace.z)
      trace.x.forEach((x, i) => {
        if (trace.y[i] !== null && x !== null) rows.push([trace.name, tick(layout.xaxis, x), tick(layout.yaxis, trace.y[i]), trace.text?.[i]]);
      });
  return rows.some(row => row[3]) ? rows : rows.map(row => row.slice(0, 3));
}

const shortened = value => (typeof value === "number" ? String(Number(value.toPrecision(6))) : plainText(value));

function openTable(root) {
  const [head, ...rows] = rowsOf(root.sent.figure), { words } = root.sent;
  const line = (cells, tag) => { const tr = document.createElement("tr"); for (const cell of cells) tr.appendChild(document.createElement(tag)).textContent = shortened(cell); return tr; };
  const table = document.createElement("table");
  table.createCaption().textContent = root.sent.alt + (rows.length > MOST ? ` (${MOST} / ${rows.length})` : "");
  table.createTHead().append(line(head, "th"));
  table.createTBody().append(...rows.slice(0, MOST).map(row => line(row, "td")));
  const shut = () => { root.table.hidden = true; root.opener.focus({ preventScroll: true }); };
  const button = (text, name, onclick) => Object.assign(document.createElement("button"), { type: "button", textContent: text, ariaLabel: name, title: name, onclick });
  const tools = document.createElement("div"), close = button("✕", words.close, shut);
  tools.append(button("PNG", words.png, () => save(root, "png")), button("SVG", words.svg, () => save(root, "svg")), close);
  root.table.replaceChildren(tools, table);
  root.table.hidden = false;
  root.table.onkeydown = event => event.key === "Escape" && shut();
  close.focus({ preventScroll: true });
}

// ---- hover and click ----

// The picture that belongs to a point, cut out of the sheet that its trace carries, above the point or below it.
function shot(root, point) {
  const p = point.data.meta?.pictures, at = point.bbox;
  root.shot.hidden = !p || !at;
  if (root.shot.hidden) return;
  const across = p.places[point.pointNumber] % p.columns, down = Math.floor(p.places[point.pointNumber] / p.columns);
  Object.assign(root.shot.style, { width: `${p.side}px`, height: `${p.side}px`, backgroundImage: `url("${p.sheet}")`,
    backgroundPosition: `${-across * p.side}px ${-down * p.side}px`, backgroundSize: `${p.columns * p.side}px auto` });
  const x = (at.x0 + at.x1) / 2 - p.side / 2, above = Math.min(at.y0, at.y1) - p.side - 16;
  root.shot.style.left = `${Math.max(0, Math.min(root.clientWidth - p.side, x))}px`;
  root.shot.style.top = `${above < 0 ? Math.max(at.y0, at.y1) + 16 : above}px`;
}

function listen(root) {
  const { box } = root;
  box.on("plotly_hover", ({ points }) => shot(root, points[0]));
  box.on("plotly_unhover", () => { root.shot.hidden = true; });
  box.on("plotly_click", ({ points: [point] }) => {
    if (!root.sent.pick || !point) return;
    const { pointNumber: index, x, y, customdata: custom = null } = point;
    root.tell("picked", { trace: point.data.name ?? "", index, x, y, custom });
  });
}

// ---- drawing ----

// Never in the middle of a drawing: Plotly would look for what has just been thrown away.
async function forget(root) {
  const { plotly, box, drawing } = root;
  root.config = root.listening = null;
  await drawing;
  plotly?.purge(box);
}

async function draw(root) {
  const { box, sent } = root;
  if (!box.clientWidth || root.far) return;
  const turn = (root.turn = (root.turn ?? 0) + 1), kind = kindOf(sent.figure);
  if (sent.still && !bundles[kind]) await idle();
  const library = await plotly(kind);
  if (!root.isConnected || turn !== root.turn) return; // a newer one is under way
  if (root.plotly && root.plotly !== library) await forget(root);
  root.plotly = library;
  tellPage(themeOf(root));
  const { data, layout } = themed(sent.figure, themeOf(root));
  const width = box.clientWidth, height = sent.share ? box.clientHeight : layout.height, used = {};
  root.drawn = `${width}x${height}`;
  for (const [i, trace] of data.entries()) { // a hidden trace stays hidden when others come and go
    const name = (trace.name || `#${i}`).replace(/[^A-Za-z0-9]/g, c => `_${c.codePointAt(0)}`); // Plotly makes a CSS class of it
    used[name] = (used[name] ?? 0) + 1;
    trace.uid = `${name}-${used[name]}`;
    if (/text/.test(trace.mode) && Array.isArray(trace.text)) // a text that was empty once is never drawn again (plotly.js 4.1.1)
      trace.text = trace.text.map(text => (text === "" ? "\u00a0" : text));
  }
  for (const axis of Object.values(layout)) if (axis?.type === "log") axis.tickformat ??= "~g"; // "0.05", where Plotly would say "5"
  const spare = layout.scene || !mouse() ? 8 : 30; // the buttons stand here, beside the plot and not over it
  const by = scale(), asked = Object.fromEntries(Object.entries(layout.margin ?? {}).map(([side, px]) => [side, px * by]));
  const margin = { l: 8, r: spare, t: 8 + 21 * by * legendRows({ data, layout }, width - 60), b: 8, ...asked };
  await (root.drawing = root.plotly.react(box, data,
    { ...layout, margin, width, height, template: template(themeOf(root), width, height), uirevision: sent.revision }, (root.config ??= config(root))));
  if (!root.listening) listen(root);
  root.listening = true;
  root.still.hidden = true;
  root.dataset.drawn = Number(root.dataset.drawn ?? 0) + 1;
}

// Watches what may change without a word from the server: the size, the theme, whether it is near the window.
function watch(root) {
  const size = new ResizeObserver(() => {
    const height = root.sent.share ? root.box.clientHeight : root.sent.figure.layout.height;
    if (root.box.clientWidth && `${root.box.clientWidth}x${height}` !== root.drawn) draw(root);
  });
  size.observe(root.box);
  root.far = true;
  const sight = new IntersectionObserver(seen => { // a busy browser tells several looks at once, the latest last
    if (!seen.at(-1).isIntersecting || !root.far) return;
    root.far = false; // from now on it is kept up to date
    draw(root);
  }, { root: root.closest('[data-testid="stMain"]'), rootMargin: "300px" }); // the window itself does not scroll
  sight.observe(root.box);
  root.addEventListener("transitionend", event => event.target === root && event.propertyName === "color" && draw(root)); // the theme
  root.opener.onclick = () => openTable(root);
  return () => { size.disconnect(); sight.disconnect(); forget(root); };
}

export default function ({ data: bytes, parentElement, setStateValue }) {
  const data = JSON.parse(new TextDecoder().decode(bytes));
  const root = parentElement.querySelector(".lectern-chart"), known = root.sent;
  root.sent = data;
  root.tell = setStateValue;
  for (const name of ["box", "still", "shot", "table", "opener"]) root[name] ??= root.querySelector(`.${name}`);
  root.setAttribute("aria-label", data.alt);
  root.opener.textContent = `${data.words.table}: ${data.alt}`;
  root.box.style.height = data.share ? `calc(var(--stage, 400px) * ${data.share})` : `${data.figure.layout.height}px`;
  if (!known) {
    root.still.hidden = !data.still;
    if (data.still) root.still.src = `${data.still}-${isDark(themeOf(root)("background-color")) ? "dark" : "light"}.webp`;
    root.leave = watch(root);
  } else if (!data.film) draw(root);
  if (data.film) import(new URL("film.js" + new URL(import.meta.url).search, import.meta.url)).then(({ default: film }) => film(root, draw));
  return root.leave;
}
