// The plots of the reports, drawn with ECharts from the numbers that the page carries.

const drawn = new Map();
const colours = ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8", "--c9", "--c10"];
const kindColours = {
  wrong_code: "--c1",
  out_of_limits: "--c2",
  bad_tightening: "--c3",
  wrong_answer: "--c7",
  overrun: "--c4",
  problem: "--c5",
  aborted: "--c6",
  bad_picture: "--c8",
  manual_entry: "--c9",
  device_disabled: "--c10",
};

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const narrow = () => matchMedia("(max-width: 800px)").matches;
const letters = { fontFamily: "Inter, system-ui, sans-serif", fontSize: 12 };

function cut(text, longest) {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

function inLines(text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines.join("\n");
}

function spell(seconds) {
  if (seconds < 59.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

// built as elements, never as HTML text: names in documents are not ours, and the policy forbids inline styles
function tip(title, rows) {
  const box = document.createElement("div");
  const head = document.createElement("b");
  head.textContent = title;
  head.dir = "auto";
  box.append(head);
  const list = document.createElement("dl");
  for (const [name, value] of rows) {
    const term = document.createElement("dt");
    const data = document.createElement("dd");
    term.textContent = name;
    data.textContent = value;
    list.append(term, data);
  }
  box.append(list);
  return box;
}

function base() {
  return {
    animationDuration: 250,
    textStyle: { ...letters, color: colour("--ink-2") },
    tooltip: {
      className: "tip",
      confine: true,
      backgroundColor: colour("--card"),
      borderColor: colour("--line-2"),
      textStyle: { ...letters, color: colour("--ink") },
      extraCssText: "",
    },
    aria: { enabled: false },
  };
}

function axis(extra) {
  return {
    axisLine: { lineStyle: { color: colour("--line-2") } },
    axisTick: { show: false },
    axisLabel: { ...letters, color: colour("--ink-2"), hideOverlap: true },
    splitLine: { lineStyle: { color: colour("--line") } },
    nameTextStyle: { ...letters, color: colour("--ink-3") },
    ...extra,
  };
}

const plots = {
  pareto(all) {
    // what does not fit is in the table; the line still counts from all of them
    const values = { ...all, bars: all.bars.slice(0, narrow() ? 8 : 12) };
    const names = values.bars.map((bar) => bar.name);
    const rotate = names.length > 7 || (narrow() && names.length > 3) ? 35 : 0;
    const named = (name) => (rotate ? cut(name, 18) : inLines(cut(name, 30), 11));
    return {
      ...base(),
      grid: { left: 8, right: 8, top: 26, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      xAxis: axis({ type: "category", data: names, axisLabel: { ...axis().axisLabel, interval: 0, rotate, hideOverlap: false, formatter: named, lineHeight: 15 } }),
      yAxis: [
        axis({ type: "value", minInterval: 1 }),
        axis({ type: "value", min: 0, max: 100, interval: 25, splitLine: { show: false }, axisLabel: { ...axis().axisLabel, formatter: "{value} %" } }),
      ],
      tooltip: {
        ...base().tooltip,
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: colour("--ink"), opacity: 0.05 } },
        formatter: ([first]) => {
          const bar = values.bars[first.dataIndex];
          return tip(bar.name, [["Deviations", bar.count], ["Up to here", `${bar.cumulated} %`]]);
        },
      },
      series: [
        {
          type: "bar",
          barMaxWidth: 56,
          itemStyle: { borderRadius: [4, 4, 0, 0] },
          data: values.bars.map((bar) => ({
            value: bar.count,
            itemStyle: { color: colour((values.by === "kind" && kindColours[bar.key]) || "--c1") },
          })),
          label: { show: true, position: "top", ...letters, fontWeight: 600, color: colour("--ink") },
        },
        {
          type: "line",
          yAxisIndex: 1,
          data: values.bars.map((bar) => bar.cumulated),
          symbolSize: 6,
          lineStyle: { color: colour("--ink-3"), width: 1.5 },
          itemStyle: { color: colour("--ink-3") },
        },
      ],
    };
  },

  trend(values) {
    const label = (column) => (values.by === "hour" ? column.slice(11) : column.slice(5));
    return {
      ...base(),
      grid: { left: 8, right: 8, top: values.series.length > 3 ? 58 : 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { top: 0, left: 0, itemWidth: 11, itemHeight: 11, itemGap: 12, icon: "roundRect", textStyle: { ...letters, color: colour("--ink-2") } },
      xAxis: axis({ type: "category", data: values.columns, axisLabel: { ...axis().axisLabel, formatter: label } }),
      yAxis: axis({ type: "value", minInterval: 1 }),
      tooltip: {
        ...base().tooltip,
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: colour("--ink"), opacity: 0.05 } },
        formatter: (parts) => tip(parts[0].axisValue, parts.filter((part) => part.value).map((part) => [part.seriesName, part.value])),
      },
      series: values.series.map((series, place) => ({
        name: series.name,
        type: "bar",
        stack: "all",
        barMaxWidth: 40,
        data: series.counts,
        itemStyle: { color: colour(kindColours[series.kind] ?? colours[place % colours.length]) },
      })),
    };
  },

  runs(values) {
    const at = (point) => new Date(point.at).getTime();
    const dots = (wanted) =>
      values.points.filter(wanted).map((point) => ({ value: [at(point), Number(point.share.toFixed(3))], point }));
    const series = (name, tone, wanted) => ({
      name,
      type: "scatter",
      symbolSize: 9,
      cursor: "pointer",
      itemStyle: { color: colour(tone), opacity: 0.85, borderColor: colour("--card"), borderWidth: 1 },
      data: dots(wanted),
    });
    return {
      ...base(),
      grid: { left: 8, right: 14, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { ...letters, color: colour("--ink-2") } },
      xAxis: axis({ type: "time", splitLine: { show: false } }),
      yAxis: axis({ type: "value", min: ({ min }) => Math.max(0, Math.floor(Math.min(min, 1) * 5 - 0.5) / 5), axisLabel: { ...axis().axisLabel, formatter: "{value} ×" } }),
      tooltip: {
        ...base().tooltip,
        formatter: ({ data }) =>
          tip(data.point.name, [["Time", spell(data.point.elapsed)], ["Standard", spell(data.point.expected)], ["Deviations", data.point.deviations]]),
      },
      series: [
        { ...series("without deviation", "--c1", (point) => !point.deviations), markLine: { silent: true, animation: false, symbol: "none", lineStyle: { color: colour("--ink-3"), type: "dashed" }, label: { show: false }, data: [{ yAxis: 1 }] } },
        series("with deviations", "--c2", (point) => point.deviations > 0),
      ],
    };
  },

  "step-times"(values) {
    const rows = values.steps;
    const names = rows.map((row) => row.name);
    const longest = narrow() ? 16 : 34;
    // the far ends of a few visits would squeeze everything else together
    const limit = Math.max(...rows.map((row) => Math.max(row.p90, row.expected ?? 0))) * 1.35;
    const dots = rows.flatMap((row, place) =>
      row.samples
        .filter((sample) => sample.elapsed <= limit)
        .map((sample, turn) => ({ value: [sample.elapsed, place + (((turn * 0.618) % 1) - 0.5) * 0.5], link: sample.link, row })),
    );
    const box = (name, value, style) => ({ name, type: "bar", stack: "box", barWidth: narrow() ? 14 : 18, data: value, silent: true, ...style });
    const lines = (key, tone, width, height) => ({
      type: "scatter",
      z: 4,
      symbol: "rect",
      symbolSize: [width, height],
      itemStyle: { color: colour(tone) },
      data: rows.map((row, place) => (row[key] == null ? null : { value: [row[key], place], row })).filter(Boolean),
    });
    return {
      ...base(),
      grid: { left: 8, right: 20, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { show: true, top: 0, left: 0, selectedMode: false, itemWidth: 12, itemHeight: 12, textStyle: { ...letters, color: colour("--ink-2") }, data: ["middle half", "median", "standard", "single visits"] },
      xAxis: axis({ type: "value", min: 0, axisLine: { show: false }, axisLabel: { ...axis().axisLabel, formatter: spell } }),
      yAxis: [
        axis({ type: "category", data: names, inverse: true, axisLine: { show: false }, axisLabel: { ...axis().axisLabel, hideOverlap: false, interval: 0, formatter: (name) => cut(name, longest) } }),
        { type: "value", min: -0.5, max: rows.length - 0.5, inverse: true, show: false },
      ],
      tooltip: {
        ...base().tooltip,
        formatter: ({ data }) =>
          tip(data.row.name, [
            ...(data.link ? [["This visit", spell(data.value[0])]] : []),
            ["Median", spell(data.row.median)],
            ["Middle half", `${spell(data.row.p25)} to ${spell(data.row.p75)}`],
            ["10 to 90 %", `${spell(data.row.p10)} to ${spell(data.row.p90)}`],
            ["Standard", data.row.expected == null ? "none" : spell(data.row.expected)],
            ["Visits", data.row.count],
          ]),
      },
      series: [
        box("to 25 %", rows.map((row) => row.p25), { itemStyle: { color: "transparent" } }),
        box("middle half", rows.map((row) => Math.min(row.p75, limit) - row.p25), { itemStyle: { color: colour("--c1"), opacity: 0.32, borderRadius: 3 } }),
        { name: "single visits", type: "scatter", yAxisIndex: 1, z: 3, symbolSize: 5, cursor: "pointer", itemStyle: { color: colour("--c1"), opacity: 0.5 }, data: dots },
        { name: "median", ...lines("median", "--ink", 3, narrow() ? 18 : 24) },
        { name: "standard", ...lines("expected", "--c2", 3, narrow() ? 22 : 30) },
      ],
    };
  },

  timeline(values) {
    const rows = values.steps;
    const longest = narrow() ? 16 : 36;
    const bar = (name, key, style) => ({ name, type: "bar", stack: "time", barWidth: 14, data: rows.map((row) => ({ value: row[key], row })), ...style });
    const marks = values.marks.map((each) => {
      // the last visit of its step that had begun by then
      const place = rows.reduce((found, row, at) => (values.ids[at] === each.step && row.from <= each.at ? at : found), -1);
      return { value: [each.at, Math.max(place, 0)], mark: each };
    });
    return {
      ...base(),
      grid: { left: 8, right: 20, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
      legend: { top: 0, left: 0, selectedMode: false, itemWidth: 12, itemHeight: 12, textStyle: { ...letters, color: colour("--ink-2") }, data: ["time", "paused", "standard", "deviation"] },
      xAxis: axis({ type: "value", min: 0, axisLine: { show: false }, axisLabel: { ...axis().axisLabel, formatter: spell } }),
      yAxis: axis({ type: "category", inverse: true, data: rows.map((row) => row.name), axisLabel: { ...axis().axisLabel, hideOverlap: false, interval: 0, formatter: (name) => cut(name, longest) } }),
      tooltip: {
        ...base().tooltip,
        formatter: ({ data }) =>
          data.mark
            ? tip(data.mark.name, [[data.mark.kind.replaceAll("_", " "), data.mark.came]])
            : tip(data.row.name, [["Time", spell(data.row.elapsed)], ["Standard", data.row.expected == null ? "none" : spell(data.row.expected)], ["Paused", spell(data.row.held)]]),
      },
      series: [
        bar("before", "from", { itemStyle: { color: "transparent" }, silent: true }),
        { ...bar("time", "elapsed", {}), itemStyle: { color: colour("--c1"), borderRadius: 3 }, data: rows.map((row) => ({ value: row.elapsed, row, itemStyle: { color: colour(row.expected && row.elapsed > row.expected ? "--c2" : "--c1"), opacity: row.completed ? 1 : 0.45 } })) },
        bar("paused", "held", { itemStyle: { color: colour("--held"), opacity: 0.45, borderRadius: 3 } }),
        {
          name: "standard",
          type: "scatter",
          symbol: "rect",
          symbolSize: [3, 22],
          z: 4,
          itemStyle: { color: colour("--ink") },
          data: rows.map((row, place) => (row.expected == null ? null : { value: [row.from + row.expected, place], row })).filter(Boolean),
        },
        { name: "deviation", type: "scatter", symbol: "triangle", symbolSize: 12, z: 5, itemStyle: { color: colour("--bad"), borderColor: colour("--card"), borderWidth: 1.5 }, data: marks },
      ],
    };
  },
};

const searchOf = { kind: "kind", step: "step", station: "station" };

function follow(name, values, part) {
  if (name === "pareto" && values.bars[part.dataIndex]?.key) {
    const query = new URLSearchParams(location.search);
    query.set(searchOf[values.by], values.bars[part.dataIndex].key);
    location.assign(`/deviations?${query}`);
  }
  const link = part.data?.point?.link ?? part.data?.link;
  if (link) location.assign(link);
}

function draw(element) {
  const name = element.dataset.plot;
  const values = JSON.parse(element.dataset.values);
  const rows = Number(element.dataset.rows ?? 0);
  if (rows) element.style.height = `${Math.max(170, rows * (narrow() ? 34 : 40) + 70)}px`;
  const chart = echarts.init(element, null, { renderer: "canvas" });
  chart.setOption(plots[name](values));
  chart.on("click", (part) => follow(name, values, part));
  const seen = new ResizeObserver(() => chart.resize());
  seen.observe(element);
  drawn.set(element, { chart, seen });
}

function drawAll() {
  for (const [element, { chart, seen }] of drawn) {
    if (element.isConnected) continue;
    seen.disconnect();
    chart.dispose();
    drawn.delete(element);
  }
  for (const element of document.querySelectorAll("[data-plot]")) if (!drawn.has(element)) draw(element);
}

function again() {
  for (const [element, { chart }] of drawn) chart.setOption(plots[element.dataset.plot](JSON.parse(element.dataset.values)), true);
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
matchMedia("(max-width: 800px)").addEventListener("change", again);
document.addEventListener("htmx:after:swap", drawAll);
document.fonts.ready.then(drawAll);
