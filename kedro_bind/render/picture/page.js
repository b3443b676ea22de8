(() => {
  const frame = document.querySelector(".frame");
  const pictures = [...frame.querySelectorAll("svg")];
  const links = [...frame.querySelectorAll("a[data-key]")];
  const inspector = document.getElementById("inspector");
  const tools = document.querySelector(".tools");
  const follow = tools.querySelector("select");
  const ahead = new Map(), behind = new Map();
  const add = (map, from, to) => map.set(from, (map.get(from) || new Set()).add(to));
  const connect = (from, to) => { add(ahead, from, to); add(behind, to, from); };
  pictures[0].querySelectorAll(".wire").forEach((wire) => connect(wire.dataset.from, wire.dataset.to));
  links.forEach(({ dataset: { key } }) => key.includes("-") && connect(key.split("-")[0], key));

  const reach = (key, map, found = new Set()) => {
    for (const next of map.get(key) || []) if (!found.has(next)) { found.add(next); reach(next, map, found); }
    return found;
  };
  let pinned = null;
  const light = (key) => {
    const up = key ? reach(key, behind) : new Set(), down = key ? reach(key, ahead) : new Set();
    const on = (set, name) => set.has(name) || name === key;
    links.forEach((link) => link.classList.toggle("lit", Boolean(key) && (on(up, link.dataset.key) || on(down, link.dataset.key))));
    pictures.forEach((picture) => {
      picture.classList.toggle("following", pinned !== null);
      picture.querySelectorAll(".wire").forEach(({ dataset: { from, to }, classList }) =>
        classList.toggle("lit", Boolean(key) && ((on(up, from) && on(up, to)) || (on(down, from) && on(down, to)))));
    });
  };
  const show = (key) => {
    const words = document.getElementById("d-" + key);
    inspector.querySelector("div").innerHTML = words ? words.innerHTML : "";
    inspector.hidden = !words;
    light(pinned || key);
  };
  const pin = (key) => {
    pinned = key;
    if ([...follow.options].some((option) => option.value === (key || ""))) follow.value = key || ""; else follow.value = "";
    if (key) show(key); else { inspector.hidden = true; light(null); }
  };

  const visible = () => links.filter((link) => link.getClientRects().length);
  const rove = (link) => links.forEach((other) => other.setAttribute("tabindex", other === link ? "0" : "-1"));
  const first = () => pictures.forEach((picture) => {
    picture.querySelectorAll("a[data-key]").forEach((link, index) => link.setAttribute("tabindex", index ? "-1" : "0"));
  });
  const go = (key) => {
    const link = key && visible().find((each) => each.dataset.key === key);
    if (link) { rove(link); link.focus(); link.scrollIntoView({ block: "nearest", inline: "nearest" }); }
  };
  const moves = {
    ArrowDown: (link, shown) => shown[shown.indexOf(link) + 1]?.dataset.key,
    ArrowUp: (link, shown) => shown[shown.indexOf(link) - 1]?.dataset.key,
    ArrowRight: (link) => [...(ahead.get(link.dataset.key) || [])][0],
    ArrowLeft: (link) => [...(behind.get(link.dataset.key) || [])][0],
    Home: (link, shown) => shown[0].dataset.key,
    End: (link, shown) => shown[shown.length - 1].dataset.key,
  };
  links.forEach((link) => {
    const key = link.dataset.key;
    link.addEventListener("pointerenter", () => pinned === null && show(key));
    link.addEventListener("pointerleave", () => pinned === null && document.activeElement !== link && (inspector.hidden = true, light(null)));
    link.addEventListener("focus", () => { rove(link); if (pinned === null || link.matches(":focus-visible")) show(key); });
    link.addEventListener("click", (event) => { event.preventDefault(); pin(pinned === key ? null : key); });
    link.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (move) { event.preventDefault(); go(move(link, visible())); }
    });
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") pin(null); });
  frame.addEventListener("click", (event) => { if (!event.target.closest("a")) pin(null); });
  inspector.querySelector("button").addEventListener("click", () => pin(null));
  follow.addEventListener("change", () => { pin(follow.value || null); if (follow.value) visible().find((link) => link.dataset.key === follow.value)?.scrollIntoView({ block: "center" }); });

  let scale = 1;
  const zoom = (to) => {
    const before = scale, middle = [frame.scrollLeft + frame.clientWidth / 2, frame.scrollTop + frame.clientHeight / 2];
    scale = Math.min(6, Math.max(0.02, to));
    frame.classList.toggle("zoomed", scale !== 1);
    pictures.forEach((picture) => { picture.style.width = scale === 1 ? "" : scale * 100 + "%"; });
    frame.scrollTo(middle[0] * scale / before - frame.clientWidth / 2, middle[1] * scale / before - frame.clientHeight / 2);
  };
  const whole = () => {
    zoom(1);
    const height = pictures.find((picture) => picture.clientHeight)?.getBoundingClientRect().height || 1;
    zoom(Math.min(0.999, innerHeight * 0.85 / height));
  };
  const actions = { in: () => zoom(scale * 1.3), out: () => zoom(scale / 1.3), reset: () => zoom(1), whole };
  tools.addEventListener("click", (event) => actions[event.target.dataset.zoom]?.());
  frame.addEventListener("wheel", (event) => { if (event.ctrlKey) { event.preventDefault(); zoom(scale * Math.exp(-event.deltaY / 300)); } }, { passive: false });
  frame.addEventListener("keydown", (event) => { if (!event.ctrlKey && !event.metaKey) ({ "+": actions.in, "=": actions.in, "-": actions.out, 0: actions.reset })[event.key]?.(); });
  let drag = null;
  frame.addEventListener("pointerdown", (event) => { if (scale !== 1 && event.pointerType === "mouse" && !event.target.closest("a")) drag = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop]; });
  addEventListener("pointermove", (event) => { if (drag) frame.scrollTo(drag[0] - event.clientX, drag[1] - event.clientY); });
  addEventListener("pointerup", () => { drag = null; });
  first();
  tools.hidden = false;
})();
