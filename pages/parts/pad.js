// A black pad and a soft white brush. The page hears of a drawing 0.4 s after the last stroke, as a small grey PNG.

const SENT = 112; // side of the picture that is sent, in pixels: four for each of the 28 that a digit has

const ink = canvas => canvas.getContext("2d", { willReadFrequently: true });

function blank(canvas) {
  const pen = ink(canvas);
  pen.globalCompositeOperation = "source-over";
  pen.fillStyle = "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
}

// One piece of a stroke: a soft wide line below a bright narrow one; a point is a line of no length.
function stroke(canvas, from, to) {
  const pen = ink(canvas);
  pen.lineCap = pen.lineJoin = "round";
  for (const [width, grey] of [[24, 120], [19, 200], [14, 255]]) {
    pen.globalCompositeOperation = "lighten";
    pen.strokeStyle = `rgb(${grey},${grey},${grey})`;
    pen.lineWidth = width;
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(to[0] + 0.01, to[1]);
    pen.stroke();
  }
}

// The drawing as base64, without the “data:image/png;base64,” before it.
function packed(canvas) {
  const small = document.createElement("canvas");
  small.width = small.height = SENT;
  small.getContext("2d").drawImage(canvas, 0, 0, SENT, SENT);
  return small.toDataURL("image/png").split(",")[1];
}

function show(canvas, drawn) {
  const picture = new Image();
  picture.onload = () => ink(canvas).drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.src = "data:image/png;base64," + drawn;
}

function listen(root) {
  const { canvas } = root;
  let last = null;
  const place = event => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.x) * canvas.width / box.width, (event.clientY - box.y) * canvas.height / box.height];
  };
  const send = text => { root.sent = text; root.send(text); };
  canvas.addEventListener("pointerdown", event => {
    if (event.button) return;
    clearTimeout(root.timer);
    canvas.setPointerCapture(event.pointerId);
    last = place(event);
    stroke(canvas, last, last);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => {
    if (last === null) return;
    for (const each of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) {
      const next = place(each);
      stroke(canvas, last, next);
      last = next;
    }
  });
  const lift = () => {
    if (last === null) return;
    last = null;
    clearTimeout(root.timer);
    root.timer = setTimeout(() => send(packed(canvas)), 400);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  root.querySelector("button").onclick = () => {
    clearTimeout(root.timer);
    blank(canvas);
    send("");
  };
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".lectern-pad");
  root.send = text => setStateValue("drawn", text);
  if (root.canvas) return;
  root.canvas = root.querySelector("canvas");
  blank(root.canvas);
  if (data.drawn) show(root.canvas, data.drawn); // the pad is new on the page, the drawing is not
  listen(root);
}
