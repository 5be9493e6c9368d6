// The drawing of a state machine, as the kernel sends it: it moves to the next picture, and tells about the state that
// has the focus or the pointer. No drawing is done here: the SVG comes whole, and parts of one key follow each other.

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function made(name, properties = {}, ...children) {
  const one = Object.assign(document.createElement(name), properties);
  one.append(...children);
  return one;
}

// A notebook takes the arrow keys, letters and Enter for itself. Here they belong to the widget; what has a
// modifier (Ctrl+S, Shift+Enter) still reaches the notebook.
function keepKeysHere(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
  if (!modified) event.stopPropagation();
}

/** Make the old drawing into the new one, part by part, so that the focus stays and what moves can be seen moving. */
function follow(old, text) {
  const next = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const keyed = (root) => new Map([...root.querySelectorAll("[data-key]")].map((part) => [part.dataset.key, part]));
  const before = keyed(old);
  for (const [key, part] of keyed(next)) {
    const here = before.get(key);
    before.delete(key);
    if (!here) {
      old.append(document.importNode(part, true));
      continue;
    }
    for (const { name, value } of [...part.attributes]) {
      if (name !== "tabindex" && here.getAttribute(name) !== value) here.setAttribute(name, value);
    }
    if (here.innerHTML !== part.innerHTML) here.innerHTML = part.innerHTML;
  }
  for (const gone of before.values()) gone.remove();
  old.setAttribute("aria-label", next.getAttribute("aria-label"));
  for (const name of ["title", "desc"]) {
    old.querySelector(name).textContent = next.querySelector(name).textContent;
  }
}

/** A drawing and the words about the state that is looked at: { element, show(svg, explained) }. */
function stateDrawing() {
  const frame = made("div", { className: "sl-drawing" });
  const words = made("div", { className: "sl-about" });
  words.setAttribute("role", "status");
  const hint = "Point at a state, or move between them with Tab and the arrow keys: what it means, and what leads in and out.";
  let explained = {};
  let shown = "";

  const states = () => [...frame.querySelectorAll(".sl-state")];

  function tell(name) {
    const about = explained[name];
    if (!about) return words.replaceChildren(made("p", { textContent: hint }));
    const list = (title, ways) =>
      ways.length
        ? [made("p", { textContent: title }), made("ul", {}, ...ways.map((way) => made("li", { textContent: way })))]
        : [];
    const formal = about.formal ? ` (in the RFC: ${about.formal})` : "";
    words.replaceChildren(
      made("p", {}, made("code", { textContent: name }), `${formal}: ${about.meaning}.`),
      ...list("Ways in:", about.into),
      ...list("Ways out:", about.out),
    );
  }

  /** One state takes part in the Tab order: the one that was focused last, or where the first end is. */
  function oneTabStop(chosen) {
    for (const state of states()) state.setAttribute("tabindex", state === chosen ? "0" : "-1");
  }

  function nearest(from, [right, down]) {
    const centre = (state) => {
      const box = state.querySelector("rect").getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = centre(from);
    const distances = states()
      .filter((state) => state !== from)
      .map((state) => {
        const [dx, dy] = [centre(state)[0] - x, centre(state)[1] - y];
        const along = dx * right + dy * down;
        return [along > 4 ? along + 2 * Math.abs(dx * down + dy * right) : Infinity, state];
      })
      .sort(([a], [b]) => a - b);
    return distances.length && distances[0][0] < Infinity ? distances[0][1] : null;
  }

  const stateOf = (event) => event.target.closest?.(".sl-state");
  frame.addEventListener("focusin", (event) => {
    const state = stateOf(event);
    if (!state) return;
    oneTabStop(state);
    tell(state.dataset.state);
  });
  frame.addEventListener("pointerover", (event) => stateOf(event) && tell(stateOf(event).dataset.state));
  frame.addEventListener("click", (event) => stateOf(event)?.focus());
  frame.addEventListener("keydown", (event) => {
    const state = stateOf(event);
    const target = state && ARROWS[event.key] ? nearest(state, ARROWS[event.key]) : null;
    if (!ARROWS[event.key] && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    target?.focus();
  });
  tell("");

  return {
    element: made("div", { className: "sl-machine" }, frame, words),
    show(svg, about) {
      const another = Object.keys(about).join() !== Object.keys(explained).join();
      explained = about;
      if (svg === shown) return;
      shown = svg;
      if (!svg) return frame.replaceChildren();
      if (another || !frame.firstElementChild) {
        frame.innerHTML = svg;
        oneTabStop(frame.querySelector(".sl-here") ?? states()[0]);
        tell("");
      } else follow(frame.firstElementChild, svg);
    },
  };
}
