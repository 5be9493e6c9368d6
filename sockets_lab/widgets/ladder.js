// Shows one ladder. Rows are laid out by the browser; arrows are drawn over them, from row to row. What a packet
// holds is shown for the one under the pointer or the one that has the focus. All texts are set as text, never as HTML:
// they come from packets, which anybody may have sent.

const SVG = "http://www.w3.org/2000/svg";
const DASHES = { dropped: "3 4", "under way": "1 5", "sent again": "9 4", copy: "9 3 2 3", corrupted: "3 4" };
const BAD = ["dropped", "reset", "corrupted", "error"];
const LOST_AFTER = 0.6;
const HEAD = 9;
const ARROW_PX = 25; // how far below the top of its row an arrow is; the style sheet says so, too
const NARROW_PX = 800;
const STACKED_PX = 560;
const MARGIN_PX = 46; // beside the outer lifelines, for half of the longest state

async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A distance from the lanes' edge, for a style. */
function away(part) {
  return `calc(${MARGIN_PX}px + (100% - ${2 * MARGIN_PX}px) * ${part})`;
}

/** The bytes of a packet: where, in hexadecimal numbers, as text. */
export function hexDump(text, size) {
  const bytes = atob(text);
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.slice(at, at + 16)];
    const numbers = part.map((sign) => sign.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    const signs = part.map((sign) => (sign >= " " && sign <= "~" ? sign : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${numbers.padEnd(47)}  ${signs}`);
  }
  if (bytes.length < size) lines.push(`… and ${(size - bytes.length).toLocaleString("en")} bytes more`);
  return lines.join("\n");
}

class Ladder {
  constructor(data) {
    this.data = data;
    this.open = new Set(); // the folds that are open, by their place
    this.chosen = null;
    const last = data.lifelines.length - 1;
    this.x = (lifeline) => (last ? lifeline / last : 0.5); // a part of the way between the outer lifelines
    this.arrows = drawn("svg", { class: "sl-arrows", "aria-hidden": "true" });
    this.list = element("div", { className: "sl-rows" });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", `Ladder of ${data.arrows.length} packets: ${data.lifelines.map(([name]) => name).join(", ")}`);
    this.scroll = element("div", { className: "sl-scroll" }, this.header(), this.list, this.arrows);
    this.details = element("div", { className: "sl-details" });
    this.details.setAttribute("role", "status");
    this.list.onkeydown = (event) => this.pressed(event);
    this.list.onclick = (event) => this.clicked(event.target.closest("[role=option]"));
    this.list.onpointerover = (event) => this.tell(event.target.closest("[role=option]"));
    this.list.onpointerleave = () => this.tell(this.chosen);
    this.list.addEventListener("focusin", (event) => this.choose(event.target.closest("[role=option]")));
  }

  get parts() {
    const table = element("details", { className: "sl-table" }, element("summary", {}, "The same as a table"), element("pre", {}, this.data.text));
    table.onkeydown = keepPlainKeys;
    const notes = this.data.notes.map((note) => element("p", { className: "sl-note" }, note));
    return [this.scroll, this.details, ...notes, table];
  }

  header() {
    const names = this.data.lifelines.map(([name, address], at) => {
      const made = element("span", { className: "sl-name" }, element("b", {}, name), element("span", {}, address));
      made.style.left = away(this.x(at));
      return made;
    });
    const lanes = element("div", { className: "sl-lanes" }, ...names);
    const words = element("div", { className: "sl-words" });
    const header = element("div", { className: "sl-row sl-header" }, element("div", { className: "sl-ms" }, "ms"), element("div", { className: "sl-code" }, "your code"), lanes, words);
    header.setAttribute("aria-hidden", "true");
    return header;
  }

  /** All rows anew; the one with `key` gets the focus. */
  fill(key = null) {
    this.shown = this.data.rows.flatMap((row, at) => {
      if (!row.fold) return [{ row, key: `${at}` }];
      const inside = this.open.has(at) ? row.rows.map((one, number) => ({ row: one, key: `${at}.${number}`, fold: at })) : [];
      return [{ row, key: `${at}`, fold: at }, ...inside];
    });
    this.after = "";
    this.list.replaceChildren(...this.shown.map((one) => (one.element = this.row(one))));
    const focused = this.stops.find((stop) => stop.dataset.key === key);
    this.chosen = null;
    if (this.stops.length) (focused ?? this.stops[0]).tabIndex = 0;
    this.draw();
    focused?.focus();
    if (!focused) this.tell(null);
  }

  get stops() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  row(one) {
    const { row } = one;
    const packet = this.data.arrows[row.sends ?? row.arrives];
    const code = row.code ? `${row.code[0] ? `${row.code[0]}: ` : ""}${row.code[1]}` : "";
    const lanes = element("div", { className: "sl-lanes" }, ...(row.states ?? []).map((state) => this.state(state)));
    const words = row.sends === undefined ? "" : packet.words;
    const made = element(
      "div",
      { className: "sl-row" },
      element("div", { className: "sl-ms" }, row.ms),
      element("div", { className: `sl-code${row.code?.[2] ? " sl-failed" : ""}`, title: code }, code),
      lanes,
      element("div", { className: "sl-words" }, words),
    );
    if (row.sends !== undefined) lanes.append(this.label(packet));
    if (row.fold) this.makeFold(made, lanes, one);
    if (one.fold !== undefined && !row.fold) made.classList.add("sl-inside");
    this.makeStop(made, one, packet, code);
    return made;
  }

  state([lifeline, state]) {
    const made = element("span", { className: "sl-state" }, state);
    made.dataset.lifeline = lifeline;
    made.style.left = away(this.x(lifeline));
    return made;
  }

  label(packet) {
    const [source, target] = packet.way.map(this.x);
    const made = element("span", { className: "sl-label" }, packet.label);
    made.style.left = away(Math.min(source, target));
    made.style.right = away(1 - Math.max(source, target));
    return made;
  }

  makeFold(made, lanes, { row, fold }) {
    const [source, target] = row.way;
    const sign = source === null ? "" : target > source ? " →" : " ←";
    made.classList.add("sl-fold");
    lanes.append(element("span", { className: "sl-run" }, `${this.open.has(fold) ? "▾" : "▸"} ${row.fold}${sign}`));
  }

  /** What the keyboard stops at: packets that leave, and folds. What the code did before is said with them. */
  makeStop(made, { row, key, fold }, packet, code) {
    this.after = [this.after, code].filter(Boolean).join("; ");
    if (row.sends === undefined && !row.fold) return made.setAttribute("aria-hidden", "true");
    made.setAttribute("role", "option");
    made.tabIndex = -1;
    made.dataset.key = key;
    const names = this.data.lifelines.map(([name]) => name);
    const states = (row.states ?? []).map(([lifeline, state]) => `${names[lifeline]} is ${state}. `).join("");
    const before = this.after ? `Code: ${this.after}. ` : "";
    if (row.fold) {
      made.setAttribute("aria-expanded", this.open.has(fold));
      made.setAttribute("aria-label", `${before}${row.fold}. Enter ${this.open.has(fold) ? "folds" : "shows"} them.`);
    } else {
      const way = packet.way.map((at) => names[at]).join(" to ");
      made.setAttribute("aria-label", `${before}Packet ${packet.number}, ${way}: ${packet.label}. ${packet.words}. ${states}`);
      made.dataset.packet = row.sends;
    }
    this.after = "";
  }

  // Arrows

  /** Draw the lifelines and the arrows, where the browser has put the rows. */
  draw() {
    const lanes = this.scroll.querySelector(".sl-lanes");
    const [left, width] = [lanes.offsetLeft, lanes.clientWidth];
    this.px = (lifeline) => left + MARGIN_PX + this.x(lifeline) * (width - 2 * MARGIN_PX);
    this.arrows.setAttribute("width", this.scroll.clientWidth);
    this.arrows.setAttribute("height", this.list.offsetTop + this.list.offsetHeight);
    const places = this.shown.map(({ element: made, row }) => {
      const lane = made.querySelector(".sl-lanes");
      const top = made.offsetTop;
      return { top, bottom: top + made.offsetHeight, middle: top + lane.offsetTop + (row.sends === undefined ? lane.offsetHeight / 2 : ARROW_PX) };
    });
    const end = places.at(-1)?.bottom ?? 0;
    const parts = this.data.lifelines.map((_, at) => drawn("path", { class: "sl-lifeline", d: `M${this.px(at)} ${this.list.offsetTop}V${end}` }));
    const rowOf = this.rowOfEachPacket();
    const seen = new Set();
    for (const { row } of this.shown) {
      const number = row.sends ?? row.arrives;
      if (number === undefined || seen.has(number)) continue;
      seen.add(number);
      const { leaves, arrives } = rowOf.get(number);
      parts.push(this.arrow(this.data.arrows[number], leaves, arrives ?? leaves, places));
    }
    this.arrows.replaceChildren(...parts);
  }

  /** In which shown row each packet leaves and arrives; a closed fold stands for all its rows. */
  rowOfEachPacket() {
    const found = new Map();
    const note = (number, what, at) => number !== undefined && found.set(number, { ...found.get(number), [what]: at });
    this.shown.forEach(({ row, fold }, at) => {
      const rows = row.fold ? (this.open.has(fold) ? [] : row.rows) : [row];
      for (const one of rows) {
        note(one.sends, "leaves", at);
        note(one.arrives, "arrives", at);
      }
    });
    return found;
  }

  arrow(packet, leaves, arrives, places) {
    const [source, target] = packet.way;
    const [x1, y1] = [this.edge(leaves, source, target), places[leaves].middle];
    let [x2, y2] = [this.edge(arrives, target, source), places[arrives].middle];
    if (packet.lost) [x2, y2] = [this.px(source) + (this.px(target) - this.px(source)) * LOST_AFTER, y1];
    const marked = (marks) => packet.marks.some((mark) => marks.includes(mark));
    const kind = marked(BAD) ? "sl-bad" : packet.marks.length ? "sl-again" : "";
    const made = drawn("g", { class: `sl-arrow ${kind}`, "stroke-width": marked(["reset"]) ? 3 : 1.6 });
    const dashes = Object.keys(DASHES).find((mark) => packet.marks.includes(mark));
    made.append(drawn("path", { d: `M${x1} ${y1}L${x2} ${y2}`, ...(dashes && { "stroke-dasharray": DASHES[dashes] }) }));
    if (!packet.lost) {
      const angle = Math.atan2(y2 - y1, x2 - x1);
      const [a, b] = [0.45, -0.45].map((side) => `${x2 - HEAD * Math.cos(angle + side)} ${y2 - HEAD * Math.sin(angle + side)}`);
      made.append(drawn("path", { d: `M${a}L${x2} ${y2}L${b}` }));
    } else if (marked(["dropped"])) {
      made.append(drawn("path", { "stroke-width": 2.4, d: `M${x2 - 6} ${y2 - 6}l12 12m0 -12l-12 12` }));
    }
    return made;
  }

  edge(at, lifeline, towards) {
    const state = this.shown[at].element.querySelector(`.sl-state[data-lifeline="${lifeline}"]`);
    const half = state ? state.offsetWidth / 2 + 1 : 1;
    return this.px(lifeline) + (towards > lifeline ? half : -half);
  }

  // What the learner does

  pressed(event) {
    keepPlainKeys(event);
    const stops = this.stops;
    const at = stops.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      stops[Math.max(0, Math.min(to, stops.length - 1))]?.focus();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.toggle(this.shownAt(stops[at]));
    } else if (event.key === "Escape") {
      this.leave(this.shownAt(stops[at]));
    }
  }

  shownAt(stop) {
    return this.shown.find((one) => one.element === stop);
  }

  clicked(stop) {
    stop?.focus();
    this.toggle(this.shownAt(stop));
  }

  toggle(one) {
    if (!one?.row.fold) return;
    if (!this.open.delete(one.fold)) this.open.add(one.fold);
    this.fill(one.key);
  }

  leave(one) {
    if (one?.fold !== undefined && this.open.delete(one.fold)) this.fill(`${one.fold}`);
    else this.tell(null);
  }

  choose(stop) {
    if (!stop) return;
    this.chosen?.setAttribute("aria-selected", "false");
    for (const other of this.list.querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
    stop.tabIndex = 0;
    stop.setAttribute("aria-selected", "true");
    this.chosen = stop;
    this.tell(stop);
  }

  /** Show what a row's packet holds. */
  tell(stop) {
    const packet = this.data.arrows[stop?.dataset.packet];
    if (!packet) {
      const fold = stop && this.shownAt(stop)?.row.fold;
      const hint = "Point at a packet to see what is in it. By keyboard: Tab, then the arrow keys, Home and End; Enter opens a folded run, Escape closes.";
      return this.details.replaceChildren(element("p", {}, fold ? `${fold}. Click, or press Enter, to see each.` : hint));
    }
    const [source, target] = packet.way.map((at) => this.data.lifelines[at][0]);
    const fields = element("dl", {}, ...packet.fields.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    const bytes = packet.bytes ? element("pre", { tabIndex: -1 }, hexDump(packet.bytes, packet.size)) : "";
    const title = element("p", {}, element("b", {}, `#${packet.number} ${packet.label}`), `  ${source} → ${target}: ${packet.words}`);
    this.details.replaceChildren(title, element("div", { className: "sl-inner" }, fields, bytes));
  }
}

// A notebook takes the arrow keys, letters and Enter for itself. Here they belong to the ladder; what has a
// modifier (Ctrl+S, Shift+Enter) still reaches the notebook.
function keepPlainKeys(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  if (!modified && event.key !== "Tab") event.stopPropagation();
}

async function render({ model, el }) {
  const data = await unpack(model.get("data"));
  const begun = performance.now();
  const ladder = new Ladder(data);
  el.classList.add("sockets-lab-ladder");
  el.append(...ladder.parts);
  const fit = () => {
    el.classList.toggle("sl-narrow", el.clientWidth < NARROW_PX);
    el.classList.toggle("sl-stacked", el.clientWidth < STACKED_PX);
    ladder.draw();
  };
  ladder.fill();
  const watcher = new ResizeObserver(fit);
  watcher.observe(el);
  el.dataset.drawnInMs = (performance.now() - begun).toFixed(1);
  keepWidgets(model.widget_manager);
  return () => watcher.disconnect();
}

export default { render };
