// The wire's sliders. The kernel measures and draws the charts; here they are put in place, and what is moved or pressed
// is told to the kernel.

const ENDS = ["restarting", "autorestarting", "terminating", "dead"];
const BANDWIDTHS = [0.5, 1, 2, 5, 10, 20, 50]; // Mbit/s

// position: of the slider, for a value; value: at a position.
const SETTINGS = [
  { trait: "loss_percent", label: "Loss", max: 30, unit: "%", position: (value) => value, value: (at) => at },
  { trait: "delay_ms", label: "Delay, each way", max: 40, unit: "ms", position: (value) => value / 5, value: (at) => at * 5 },
  {
    trait: "bandwidth_mbps",
    label: "Bandwidth",
    max: BANDWIDTHS.length - 1,
    unit: "Mbit/s",
    position: (value) => nearest(value === 0 ? Infinity : value),
    value: (at) => BANDWIDTHS[at],
  },
];

/** Where the bandwidth stands that is the last one not above `value`. */
export function nearest(value) {
  return Math.max(0, BANDWIDTHS.findLastIndex((one) => one <= value));
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function inWords(value, unit) {
  return value === 0 && unit === "Mbit/s" ? "no limit" : `${+value.toPrecision(4)} ${unit}`;
}

function slider(model, { trait, label, max, unit, position, value }) {
  const input = element("input", { type: "range", min: 0, max, step: 1 });
  const output = element("span", { className: "sockets-lab-value" });
  input.oninput = () => {
    model.set(trait, value(Number(input.value)));
    model.save_changes();
  };
  function show() {
    const words = inWords(model.get(trait), unit);
    input.value = Math.round(position(model.get(trait)));
    input.setAttribute("aria-valuetext", words);
    output.textContent = words;
  }
  model.on(`change:${trait}`, show);
  show();
  return element("label", {}, element("span", { textContent: label }), input, output);
}

// A notebook takes the arrow keys, letters and Enter for itself. Here they belong to the sliders; what has a modifier
// (Ctrl+S, Shift+Enter) still reaches the notebook.
function keepPlainKeys(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
  if (!modified) event.stopPropagation();
}

/** Mark the view once the kernel that measured is on its way out; returns how to end that. */
function followKernel(model, el) {
  const changed = model.widget_manager?.context?.sessionContext?.statusChanged;
  const mark = (_, status) => ENDS.includes(status) && el.classList.add("jupyter-widgets-disconnected");
  changed?.connect(mark);
  return () => changed?.disconnect(mark);
}

function render({ model, el }) {
  const button = element("button", { type: "button" });
  button.onclick = () => model.send(model.get("running") ? "pause" : "start");
  const status = element("span");
  status.setAttribute("role", "status");
  const controls = element("fieldset", { onkeydown: keepPlainKeys }, element("legend", { textContent: "The wire" }));
  controls.append(...SETTINGS.map((setting) => slider(model, setting)), element("div", {}, button, " ", status));
  const gone = element("p", {
    className: "sockets-lab-gone",
    textContent: "The kernel that measured this has ended. To move the sliders again, run the lesson's first cell and this one.",
  });
  const charts = element("div", { className: "sockets-lab-charts" });
  const table = element("pre");
  const asTable = element("details", { onkeydown: keepPlainKeys }, element("summary", { textContent: "The same as a table" }), table);

  function show() {
    const [running, stopped] = [model.get("running"), model.get("stopped")];
    button.textContent = running ? "Pause" : "Start";
    controls.disabled = stopped;
    status.textContent = model.get("status");
    charts.innerHTML = model.get("charts").join("");
    table.textContent = model.get("table");
  }
  const shown = ["running", "stopped", "status", "charts", "table"].map((name) => `change:${name}`).join(" ");
  model.on(shown, show);
  // Once a transfer rests, what was measured is worth keeping.
  const keep = () => model.get("running") || keepWidgets(model.widget_manager);
  model.on("change:running", keep);

  el.classList.add("sockets-lab-sliders");
  el.append(controls, gone, charts, asTable);
  show();
  keep();
  return followKernel(model, el);
}

export default { render };
