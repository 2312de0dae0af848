// Structures in three dimensions, drawn by plotly.js: turned with the mouse, the keys or the buttons.
(async () => {
  "use strict";
  const START = { azimuth: -62, elevation: 14, zoom: 1 };
  const STEP = 10; // degrees a key
  const NEAR = 200; // pixels: a view nearer to the window is drawn
  const FAR = 1600; // a view farther off gives its drawing surface back
  const root = document.documentElement;

  const hasWebgl = (() => {
    try {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      return context !== null;
    } catch {
      return false;
    }
  })();

  // A sphere of triangles: an icosahedron, each face cut in four, twice.
  const sphere = (() => {
    const golden = (1 + Math.sqrt(5)) / 2;
    const unit = (v) => v.map((x) => x / Math.hypot(...v));
    const corners = [];
    for (const s of [-1, 1]) for (const g of [-golden, golden]) corners.push([s, g, 0], [0, s, g], [g, 0, s]);
    const points = corners.map(unit);
    let faces = [];
    // All faces clockwise from outside, as plotly.js wants them for its light.
    const outward = (i, j, k) => {
      const [[a, b, c], [d, e, f], [g, h, l]] = [i, j, k].map((n) => points[n]);
      return a * (e * l - f * h) + b * (f * g - d * l) + c * (d * h - e * g) > 0 ? [i, k, j] : [i, j, k];
    };
    for (let i = 0; i < 12; i++)
      for (let j = i + 1; j < 12; j++)
        for (let k = j + 1; k < 12; k++) {
          const near = (a, b) => Math.hypot(...points[a].map((x, n) => x - points[b][n])) < 1.06;
          if (near(i, j) && near(j, k) && near(i, k)) faces.push(outward(i, j, k));
        }
    for (let round = 0; round < 2; round++) {
      const halves = new Map();
      const half = (a, b) => {
        const key = a < b ? `${a},${b}` : `${b},${a}`;
        if (!halves.has(key)) halves.set(key, points.push(unit(points[a].map((x, n) => x + points[b][n]))) - 1);
        return halves.get(key);
      };
      faces = faces.flatMap(([a, b, c]) => {
        const [d, e, f] = [half(a, b), half(b, c), half(c, a)];
        return [[a, d, f], [d, b, e], [f, e, c], [d, e, f]];
      });
    }
    return { points, faces };
  })();

  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

  const balls = (symbol, element, atoms) => {
    const mesh = { x: [], y: [], z: [], i: [], j: [], k: [] };
    for (const [, x, y, z] of atoms) {
      const first = mesh.x.length;
      for (const point of sphere.points) {
        mesh.x.push(x + element.radius * point[0]);
        mesh.y.push(y + element.radius * point[1]);
        mesh.z.push(z + element.radius * point[2]);
      }
      for (const [a, b, c] of sphere.faces) {
        mesh.i.push(first + a);
        mesh.j.push(first + b);
        mesh.k.push(first + c);
      }
    }
    return {
      type: "mesh3d",
      ...mesh,
      name: symbol,
      color: element.colour,
      hoverinfo: "skip",
      lighting: { ambient: 0.55, diffuse: 0.6, specular: 0.15, roughness: 0.5, fresnel: 0.05 },
      // From the upper left, in the coordinates of the camera: negative z is before the picture.
      lightposition: { x: -50000, y: 100000, z: -6000 },
    };
  };

  const traces = (scene, structure) => {
    const found = Object.entries(scene.elements).map(([symbol, element]) =>
      balls(symbol, element, structure.atoms.filter((atom) => atom[0] === symbol)),
    );
    found.push({
      type: "scatter3d",
      mode: "markers",
      x: structure.atoms.map((atom) => atom[1]),
      y: structure.atoms.map((atom) => atom[2]),
      z: structure.atoms.map((atom) => atom[3]),
      text: structure.atoms.map(
        ([symbol, , , z, side, plane]) => `${symbol}, plane ${plane + 1}, ${scene.sides[side]}<br>z = ${z.toFixed(2)} Å`,
      ),
      hoverinfo: "text",
      marker: { size: 12, opacity: 0 },
    });
    const order = [0, 1, 2, 3, 0, 4, 5, 6, 7, 4, null, 1, 5, null, 2, 6, null, 3, 7];
    found.push({
      type: "scatter3d",
      mode: "lines",
      ...Object.fromEntries(
        ["x", "y", "z"].map((axis, n) => [axis, order.map((at) => (at === null ? null : structure.frame[at][n]))]),
      ),
      hoverinfo: "skip",
      line: { color: colour("muted"), width: 2 },
    });
    const reach = (n) => {
      const all = structure.atoms.map((atom) => atom[n + 1]);
      return [Math.min(...all) - 0.8, Math.max(...all) + 0.8];
    };
    const [[left, right], [front, back]] = [reach(0), reach(1)];
    if (new Set(structure.atoms.map((atom) => atom[4])).size === 2)
      found.push({
        type: "mesh3d",
        x: [left, right, right, left],
        y: [front, front, back, back],
        z: [0, 0, 0, 0],
        i: [0, 0],
        j: [1, 2],
        k: [2, 3],
        color: colour("muted"),
        opacity: 0.18,
        hoverinfo: "skip",
      });
    return { found, spans: [0, 1, 2].map((n) => reach(n)[1] - reach(n)[0]) };
  };

  class View {
    constructor(figure) {
      this.figure = figure;
      this.canvas = figure.querySelector(".canvas");
      this.output = figure.querySelector("output");
      this.scene = JSON.parse(figure.querySelector("script").textContent);
      this.state = { ...START };
      this.chosen = 0;
      this.drawn = false;
      this.near = false; // to the window
      this.within = true; // not far from it
      this.canvas.addEventListener("keydown", (event) => this.key(event));
      for (const button of figure.querySelectorAll("button"))
        button.addEventListener("click", () => this.act(button.dataset.do));
      figure.querySelector("select").addEventListener("change", (event) => {
        this.chosen = Number(event.target.value);
        if (this.drawn) this.draw();
      });
      root.addEventListener("wadflow-theme", () => this.drawn && this.draw());
    }

    camera() {
      const [azimuth, elevation] = [this.state.azimuth, this.state.elevation].map((x) => (x * Math.PI) / 180);
      const eye = {
        x: 2 * Math.cos(azimuth) * Math.cos(elevation),
        y: 2 * Math.sin(azimuth) * Math.cos(elevation),
        z: 2 * Math.sin(elevation),
      };
      const center = { x: 0, y: 0, z: 0 };
      return { eye, center, up: { x: 0, y: 0, z: 1 }, projection: { type: "orthographic" } };
    }

    ratio() {
      const scale = (1.6 * this.state.zoom) / Math.max(...this.spans);
      return Object.fromEntries(["x", "y", "z"].map((axis, n) => [axis, scale * this.spans[n]]));
    }

    draw() {
      const { found, spans } = traces(this.scene, this.scene.structures[this.chosen]);
      this.spans = spans;
      const axis = { visible: false, showspikes: false };
      const layout = {
        margin: { l: 0, r: 0, t: 0, b: 0 },
        paper_bgcolor: "rgba(0,0,0,0)",
        showlegend: false,
        hoverlabel: { bgcolor: colour("panel"), bordercolor: colour("line"), font: { color: colour("ink") } },
        scene: {
          xaxis: axis,
          yaxis: axis,
          zaxis: axis,
          aspectmode: "manual",
          aspectratio: this.ratio(),
          camera: this.camera(),
          // A finger scrolls the page; the buttons turn.
          dragmode: matchMedia("(pointer: coarse)").matches ? false : "turntable",
        },
      };
      const config = { displayModeBar: false, scrollZoom: false, responsive: true };
      const first = !this.drawn;
      this.drawn = true;
      Plotly.react(this.canvas, found, layout, config).then(() => {
        if (!this.drawn) return; // dropped in the meantime
        if (first) this.canvas.on("plotly_relayout", () => this.follow());
        this.say();
      });
    }

    settle() {
      if (this.near && !this.drawn) this.draw();
      else if (!this.near && !this.within && this.drawn) this.drop();
    }

    drop() {
      this.drawn = false;
      this.output.textContent = "";
      Plotly.purge(this.canvas);
    }

    follow() {
      const { x, y, z } = this.canvas.layout.scene.camera.eye;
      this.state.azimuth = (Math.atan2(y, x) * 180) / Math.PI;
      this.state.elevation = (Math.asin(z / Math.hypot(x, y, z)) * 180) / Math.PI;
      this.say();
    }

    say() {
      const { azimuth, elevation, zoom } = this.state;
      this.canvas.dataset.azimuth = azimuth.toFixed(1);
      this.canvas.dataset.elevation = elevation.toFixed(1);
      this.output.textContent = `seen from ${Math.round(azimuth)}° around, ${Math.round(elevation)}° up, ${Math.round(100 * zoom)} %`;
    }

    key(event) {
      const keys = {
        ArrowLeft: "left",
        ArrowRight: "right",
        ArrowUp: "up",
        ArrowDown: "down",
        "+": "closer",
        "=": "closer",
        "-": "farther",
        Home: "reset",
      };
      const action = keys[event.key];
      if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.act(action);
    }

    act(action) {
      const state = this.state;
      const tilt = (degrees) => Math.max(-89, Math.min(89, degrees));
      if (action === "left") state.azimuth -= STEP;
      else if (action === "right") state.azimuth += STEP;
      else if (action === "up") state.elevation = tilt(state.elevation + STEP);
      else if (action === "down") state.elevation = tilt(state.elevation - STEP);
      else if (action === "closer") state.zoom = Math.min(6, state.zoom * 1.25);
      else if (action === "farther") state.zoom = Math.max(0.3, state.zoom / 1.25);
      else if (action === "side") Object.assign(state, { azimuth: -90, elevation: 0 });
      else if (action === "above") Object.assign(state, { azimuth: -90, elevation: 89 });
      else if (action === "reset") Object.assign(state, START);
      if (state.azimuth > 180) state.azimuth -= 360;
      if (state.azimuth <= -180) state.azimuth += 360;
      if (!this.drawn) return;
      Plotly.relayout(this.canvas, { "scene.camera": this.camera(), "scene.aspectratio": this.ratio() });
      this.say();
    }
  }

  const figures = [...document.querySelectorAll("figure.view")];
  // plotly.js is in the page compressed, a third of its size.
  const load = async () => {
    const packed = document.getElementById("plotly").textContent;
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(plain).text();
    document.head.append(script);
  };
  if (!hasWebgl || !("DecompressionStream" in window)) {
    for (const figure of figures) {
      figure.classList.add("without");
      figure.querySelector(".canvas").textContent = "This browser draws nothing in three dimensions: see the pictures above.";
    }
    return;
  }
  await load();
  // Browsers draw a dozen such views at a time: those near the window are drawn, far ones dropped.
  const views = new Map(figures.map((figure) => [figure, new View(figure)]));
  const watch = (margin, note) => {
    const observer = new IntersectionObserver(
      (entries) => {
        // A slow browser brings what it saw at several moments together, the latest last.
        for (const entry of entries) note(views.get(entry.target), entry.isIntersecting);
        for (const view of views.values()) view.settle();
      },
      { rootMargin: `${margin}px 0px` },
    );
    for (const figure of figures) observer.observe(figure);
  };
  watch(NEAR, (view, inside) => (view.near = inside));
  watch(FAR, (view, inside) => (view.within = inside));
})();
