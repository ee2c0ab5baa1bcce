// A film: frames of one figure, played, stopped and dragged through. They came all at once; the server is not asked again.

const RATE = 8; // frames a second
const REST = 2.5; // seconds that the last frame stays before the film begins anew
const PLAY = "M8 5v14l11-7z", PAUSE = "M6 5h4v14H6zM14 5h4v14h-4z";
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const last = root => root.sent.film.names.length - 1;

async function show(root, place, draw) {
  const { frames, names } = root.sent.film, { figure } = root.sent;
  root.place = place;
  root.slider.value = place;
  root.slider.setAttribute("aria-valuetext", names[place]);
  root.named.textContent = names[place];
  root.sent.figure = { ...figure, data: figure.data.map((trace, i) => ({ ...trace, ...frames[place][i] })) };
  await draw(root);
}

function play(root, playing, draw) {
  const { words } = root.sent, label = playing ? words.pause : words.play;
  root.dataset.playing = playing;
  root.button.title = label;
  root.button.setAttribute("aria-label", label);
  root.button.querySelector("path").setAttribute("d", playing ? PAUSE : PLAY);
  if (!playing || root.ticking) return;
  root.ticking = true;
  let due = 0;
  const tick = async now => { // a browser asks for no frames of a tab that is hidden
    if (!root.isConnected || root.dataset.playing === "false") return void (root.ticking = false);
    if (now >= due && root.seen) {
      if (root.dataset.drawn) await show(root, root.place < last(root) ? root.place + 1 : 0, draw);
      const cost = performance.now() - now; // a slow machine shows fewer frames, and stays free for the visitor
      due = now + Math.max(1000 * (root.place < last(root) ? 1 / RATE : REST), 3 * cost);
    }
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

function controls(root, draw) {
  const bar = document.createElement("div");
  bar.className = "film";
  bar.innerHTML = '<button type="button"><svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg></button><input type="range" min="0"><output></output>';
  root.append(bar);
  [root.button, root.slider, root.named] = bar.children;
  root.button.onclick = () => play(root, root.dataset.playing === "false", draw);
  root.slider.oninput = () => { play(root, false, draw); show(root, Number(root.slider.value), draw); };
  const sight = new IntersectionObserver(seen => { root.seen = seen.at(-1).isIntersecting; });
  sight.observe(root.box);
}

// Called whenever the page sends the figure: another film begins anew, the same one stays where it is.
export default function film(root, draw) {
  if (!root.slider) controls(root, draw);
  root.slider.max = last(root);
  root.slider.setAttribute("aria-label", root.sent.words.place);
  const another = root.story !== root.sent.alt;
  root.story = root.sent.alt;
  show(root, !another ? root.place : calm() ? last(root) : 0, draw);
  if (another) play(root, !calm(), draw);
}
