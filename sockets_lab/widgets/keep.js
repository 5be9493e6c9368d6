/** Keep what the open widgets need in the notebook, so that they come back when it is opened again. */
function keepWidgets(manager) {
  const notebook = manager?.context?.model;
  if (!notebook?.setMetadata) return;
  const kept = {};
  const state = manager.get_state_sync({ drop_defaults: true });
  const shown = notebook.toJSON().cells.flatMap((cell) => cell.outputs ?? []);
  let wanted = shown.map((output) => output.data?.["application/vnd.jupyter.widget-view+json"]?.model_id);
  while (wanted.length) {
    const found = wanted.filter((id) => state.state[id] && !kept[id]);
    for (const id of found) kept[id] = state.state[id];
    // A widget names the ones it is made of as "IPY_MODEL_<id>".
    wanted = found.flatMap((id) => [...JSON.stringify(kept[id].state).matchAll(/"IPY_MODEL_(\w+)"/g)].map((m) => m[1]));
  }
  const widgets = { "application/vnd.jupyter.widget-state+json": { ...state, state: kept } };
  if (JSON.stringify(notebook.getMetadata("widgets")) !== JSON.stringify(widgets)) notebook.setMetadata("widgets", widgets);
}
