// Sockets that move through their states: the drawing, and each end's path beside it in words.

function render({ model, el }) {
  const drawing = stateDrawing();
  const paths = made("div", { className: "sl-paths" });
  const root = made("section", { onkeydown: keepKeysHere }, drawing.element, paths);
  root.setAttribute("aria-label", "The states of sockets");

  function step({ state, cause, at_s }) {
    const at = at_s === null ? "too quick to be seen" : `${at_s.toFixed(3)} s`;
    return made("li", {}, made("code", { textContent: state }), ` ${cause} (${at})`);
  }

  function path({ letter, name, local, path, meaning, until_ms }) {
    const now = made("p", { className: "sl-now" }, made("b", { textContent: "Now: " }), `${meaning}.`);
    const left = Math.ceil((until_ms - Date.now()) / 1000);
    if (until_ms && left > 0) now.append(made("span", { className: "sl-left", textContent: ` ${left} s left.` }));
    const head = made("h4", {}, made("span", { className: "sl-letter", textContent: letter }), ` ${name} `, made("small", { textContent: local }));
    return made("div", {}, head, made("ol", {}, ...path.map(step)), now);
  }

  const show = () => {
    drawing.show(model.get("svg"), model.get("explained"));
    showPaths();
  };
  const showPaths = () => paths.replaceChildren(...model.get("ends").map(path));
  const changed = () => {
    show();
    keepWidgets(model.widget_manager);
  };

  el.classList.add("sockets-lab-states");
  el.append(root);
  changed();
  model.on("change:ends", changed);
  const clock = setInterval(() => model.get("ends").some((end) => end.until_ms > Date.now() - 2000) && showPaths(), 1000);
  return () => {
    clearInterval(clock);
    model.off("change:ends", changed);
  };
}

export default { render };
