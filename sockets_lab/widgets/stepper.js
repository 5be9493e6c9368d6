// The stepper's buttons: each press is one call on a real socket, which the kernel makes. The view shows what came of it.

const SIGNS = { returned: "✓", failed: "✗", waits: "…" };
const LETTERS = "ABCDEFGH";
const GONE = "The kernel that has these sockets does not answer: run this cell again.";
const ANSWERS_WITHIN_MS = 5000;

function render({ model, el }) {
  const drawing = stateDrawing();
  const kinds = made("select");
  const again = made("button", { type: "button", textContent: "Begin again" });
  const copy = made("button", { type: "button", textContent: "Copy the program" });
  const note = made("span", { className: "sl-note" });
  note.setAttribute("role", "status");
  const ends = made("div", { className: "sl-ends" });
  const who = made("p", { className: "sl-who" });
  const steps = made("ol", { className: "sl-steps" });
  steps.setAttribute("role", "log");
  steps.setAttribute("aria-label", "What was done");
  steps.tabIndex = 0;
  const missing = made("p", { className: "sl-missing" });
  let late = 0;

  function send(message) {
    clearTimeout(late);
    late = setTimeout(() => (note.textContent = GONE), ANSWERS_WITHIN_MS);
    try {
      model.send(message);
    } catch {
      note.textContent = GONE;
    }
  }

  kinds.onchange = () => send({ begin: kinds.value });
  again.onclick = () => send({ begin: kinds.value });
  copy.onclick = async () => {
    try {
      await navigator.clipboard.writeText(model.get("shown").program);
      note.textContent = "Copied: paste it into a cell or a file.";
    } catch {
      note.textContent = "This browser does not let a page copy: print(...) of the stepper shows the program.";
    }
  };

  function fieldset({ name, calls, state }) {
    const now = made("span", { className: "sl-state-now" });
    const buttons = calls.map((call) => {
      const button = made("button", { type: "button", textContent: call, onclick: () => send({ end: name, call }) });
      button.setAttribute("aria-label", `${name}: ${call}`);
      return button;
    });
    const made_of = made("fieldset", {}, made("legend", {}, made("code", { textContent: name }), " ", now), ...buttons);
    made_of.dataset.end = name;
    return made_of;
  }

  function step({ line, result, told, meaning, states, packets }) {
    const value = result === "waits" ? [] : [made("code", { textContent: told }), meaning ? ": " : ""];
    return made(
      "li",
      { className: `sl-${result}` },
      made("code", { className: "sl-line", textContent: line }),
      made("p", {}, made("span", { className: "sl-sign", ariaHidden: "true", textContent: SIGNS[result] }), " ", ...value, meaning),
      ...(states.length ? [made("p", { className: "sl-after", textContent: states.map((pair) => pair.join(" ")).join(", ") })] : []),
      ...packets.map((packet) => made("p", { className: "sl-packet", textContent: `✉ ${packet}` })),
    );
  }

  function show() {
    const shown = model.get("shown");
    clearTimeout(late);
    note.textContent = shown.stopped ? "The sockets are closed: run this cell again." : "";
    if (kinds.options.length === 0) kinds.append(...shown.kinds.map((kind) => new Option(kind, kind)));
    kinds.value = shown.kind;
    const names = shown.ends.map((end) => `${end.name} ${end.calls}`).join();
    if (ends.dataset.names !== names) {
      ends.dataset.names = names;
      ends.replaceChildren(...shown.ends.map(fieldset)); // not at every step: the pressed button keeps the focus
    }
    for (const { name, state } of shown.ends) {
      ends.querySelector(`[data-end="${name}"] .sl-state-now`).textContent = state || "no socket";
    }
    drawing.show(shown.svg, shown.explained);
    who.textContent = shown.letters.map((name, number) => `${LETTERS[number]} ${name}`).join("   ");
    const old = steps.children.length;
    steps.replaceChildren(...shown.steps.map(step));
    if (shown.steps.length !== old) steps.scrollTop = steps.scrollHeight;
    missing.textContent = shown.missing;
  }

  const changed = () => {
    show();
    keepWidgets(model.widget_manager);
  };
  el.classList.add("sockets-lab-stepper");
  const bar = made("div", { className: "sl-bar" }, made("label", {}, "Sockets: ", kinds), again, copy, note);
  const history = made("div", { className: "sl-history" }, steps, missing);
  const root = made("section", { onkeydown: keepKeysHere }, bar, ends, made("div", { className: "sl-panes" }, history, drawing.element));
  drawing.element.prepend(who);
  root.setAttribute("aria-label", "The lifecycle of sockets, step by step");
  el.append(root);
  changed();
  model.on("change:shown", changed);
  return () => {
    clearTimeout(late);
    model.off("change:shown", changed);
  };
}

export default { render };
