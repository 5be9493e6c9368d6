// Shows one prediction. Its answer lives in the code of the cell that asked, predict(..., answer="c"): that is what
// a notebook keeps and what a grader runs again. A click rewrites the code; the view and the kernel follow the code,
// whoever changed it. Where the code is out of reach, the view says what to write.

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// Strings and comments come first, so that an "answer=" inside of one is not taken for the argument.
const STRING = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const TOKENS = new RegExp(
  String.raw`"""(?:\\.|[^\\])*?"""|'''(?:\\.|[^\\])*?'''|${STRING}|#[^\n]*|(\banswer\s*=\s*)(None\b|${STRING}|[+-]?[\d.][\w.+-]*)`,
  "gs",
);

/** Where the one answer=... of a cell's code stands: { start, end, text } of its value; null if there is not one. */
export function findAnswer(code) {
  const found = [...code.matchAll(TOKENS)].filter((match) => match[1] !== undefined);
  if (found.length !== 1) return null;
  const start = found[0].index + found[0][1].length;
  return { start, end: start + found[0][2].length, text: found[0][2] };
}

/** The value of a Python literal: a text, a number or null. */
export function fromPython(text) {
  if (/^["']/.test(text)) return text.slice(1, -1);
  return NUMBER.test(text) ? Number(text) : null;
}

export function toPython(answer) {
  if (answer === null) return "None";
  return typeof answer === "number" ? String(answer) : JSON.stringify(answer);
}

/** The code of the cell that asked, while the front-end lets us reach it. */
class CellCode {
  constructor(model) {
    this.notebook = model.widget_manager?.context?.model;
    this.id = model.get("cell_id");
  }

  get shared() {
    const cells = this.notebook?.cells ? [...this.notebook.cells] : [];
    return cells.find((cell) => cell.id === this.id)?.sharedModel;
  }

  get place() {
    const code = this.shared?.getSource();
    return code === undefined ? null : findAnswer(code);
  }

  write(answer) {
    const place = this.place;
    if (!place) return false;
    if (fromPython(place.text) !== answer) this.shared.updateSource(place.start, place.end, toPython(answer));
    return true;
  }

  /** Call back on each change; returns how to end that. */
  follow(callback) {
    const changed = this.shared?.changed;
    const changedCode = (_, change) => change.sourceChange && callback();
    changed?.connect(changedCode);
    return () => changed?.disconnect(changedCode);
  }
}

/** Tell the kernel, whose check(...) then knows the answer. Without a kernel nobody needs to know yet. */
function tell(model, answer) {
  try {
    model.send({ answer });
  } catch (error) {
    console.debug("the kernel that asked has gone", error);
  }
}

/** Text with `code` between backticks, as elements. */
function withCode(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, number) => (number % 2 ? element("code", { textContent: part }) : part));
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function choiceFields(choices, onAnswer) {
  const group = `prediction-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  const inputs = choices.map(([letter]) =>
    element("input", { type: "radio", name: group, value: letter, onchange: () => onAnswer(letter) }),
  );
  const labels = choices.map(([letter, text], number) =>
    element("label", {}, inputs[number], element("span", {}, `${letter}) `, ...withCode(text))),
  );
  const show = (answer) => inputs.forEach((input) => (input.checked = input.value === answer));
  return { parts: labels, show };
}

function numberField(onAnswer) {
  const input = element("input", { type: "text", inputMode: "decimal", autocomplete: "off" });
  input.oninput = () => {
    const text = input.value.trim();
    onAnswer(NUMBER.test(text) ? Number(text) : null, text);
  };
  const show = (answer) => {
    // "3." and "3.0" are 3: what is being typed stays as it is.
    if (NUMBER.test(input.value.trim()) ? Number(input.value) !== answer : answer !== null) {
      input.value = answer === null ? "" : String(answer);
    }
  };
  return { parts: [element("label", {}, "Your number: ", input)], show };
}

// A notebook takes the arrow keys, letters and Enter for itself. Here they belong to the field; what has a
// modifier (Ctrl+S, Shift+Enter) still reaches the notebook.
function keepPlainKeys(event) {
  const modified = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
  if (!modified) event.stopPropagation();
}

function render({ model, el }) {
  const cell = new CellCode(model);
  const choices = model.get("choices");
  const state = element("p", { className: "sockets-lab-state" });
  state.setAttribute("role", "status");

  function answered(answer, typed = "") {
    const badNumber = answer === null && typed !== "";
    if (cell.write(answer)) {
      if (badNumber) state.textContent = "That is not a number: type digits, such as 3 or 0.5.";
      return;
    }
    if (answer !== null) state.textContent = `To keep this, write answer=${toPython(answer)} in this cell's code and run the cell.`;
  }

  const field = choices.length ? choiceFields(choices, answered) : numberField(answered);

  let told = model.get("answer");
  function followCode() {
    const place = cell.place;
    const inCode = place ? fromPython(place.text) : told;
    const answer = allowed(inCode);
    field.show(answer);
    if (!place) {
      const example = choices.length ? '"a"' : "10";
      state.textContent = `To answer, write answer=${example} among predict's arguments in this cell, and run the cell.`;
    } else if (answer === null) {
      state.textContent = choices.length ? "Choose one. You can change it later." : "Type a number. You can change it later.";
    } else {
      state.textContent = `Kept in this cell's code: answer=${place.text}. Now run the next cell.`;
    }
    if (place && answer !== told) {
      told = answer;
      model.set("answer", answer);
      tell(model, answer);
      keepWidgets(model.widget_manager);
    }
  }

  function allowed(answer) {
    if (!choices.length) return typeof answer === "number" ? answer : null;
    const wanted = String(answer).trim().toLowerCase();
    return choices.some(([letter]) => letter === wanted) ? wanted : null;
  }

  el.classList.add("sockets-lab-prediction");
  el.append(
    element("fieldset", { onkeydown: keepPlainKeys }, element("legend", {}, ...withCode(model.get("question"))), ...field.parts, state),
  );
  followCode();
  keepWidgets(model.widget_manager);
  return cell.follow(followCode);
}

export default { render };
