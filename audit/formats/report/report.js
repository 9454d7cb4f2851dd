"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { rules, resources, results, more, clauses, texts, outcomes, severities } = data;
  const PRINTED = 2000;
  document.documentElement.classList.add("script");

  /* Elements: text only, never markup. */
  const el = (tag, properties, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties ?? {})) {
      if (value === false || value === undefined) continue;
      made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat(2).filter((child) => child !== "" && child !== null && child !== undefined));
    return made;
  };
  const quiet = (...children) => el("span", { class: "quiet" }, ...children);
  const code = (text) => el("code", {}, text);
  const tag = (outcome) => el("span", { class: `tag ${outcome.replaceAll(" ", "-")}` }, outcome);
  const number = (count) => count.toLocaleString("en-GB");
  const many = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;

  /* The columns. */
  const codes = new Map(rules.map((rule, at) => [rule.id, at]));
  const size = results.rule.length;
  const everyResult = Array.from({ length: size }, (_, at) => at);
  const rank = new Map(severities.map((severity, at) => [severity, at]));
  const urgency = (at) => results.outcome[at] * severities.length + rank.get(rules[results.rule[at]].severity);
  everyResult.sort((one, other) => urgency(one) - urgency(other) || one - other);
  const urn = (on) => texts[resources.start[on]] + resources.end[on];
  const stack = (on) => texts[resources.stack[on]];
  const byUrn = new Map(resources.end.map((_, on) => [`${stack(on)} ${urn(on)}`, on]));
  const everyResource = resources.end.map((_, on) => on);
  const tallies = resources.end.map(() => new Map());
  for (let at = 0; at < size; at += 1) {
    const tally = tallies[results.on[at]];
    tally.set(results.outcome[at], (tally.get(results.outcome[at]) ?? 0) + 1);
  }
  const worst = (on) => {
    const given = [...tallies[on].keys()].sort((one, other) => one - other);
    return given.length ? outcomes[given[0]] : "no rule";
  };

  /* Search: every word must stand in the resource, in the rule or in what was said. */
  const lower = (...parts) => parts.join(" ").toLowerCase();
  const once = (make) => { let made; return () => (made ??= make()); };
  const resourceTexts = once(() => everyResource.map((on) =>
    lower(urn(on), texts[resources.type[on]], texts[resources.kind[on]], resources.id[on], texts[resources.provider[on]])));
  const ruleTexts = once(() => rules.map((rule) => lower(rule.id, rule.statement, rule.area, rule.serves)));
  const saidTexts = once(() => everyResult.map((_, at) => {
    const rare = more[at];
    const findings = (rare?.findings ?? []).flat().map((text) => texts[text]);
    return lower(texts[results.reason[at]], texts[results.settings[at]], outcomes[results.outcome[at]],
      texts[rare?.pending ?? 0], texts[rare?.waiver ?? 0], ...findings);
  }));
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const having = (hay, word) => hay.map((text) => text.includes(word));
  const searched = (found, text) => {
    for (const word of words(text)) {
      const [ofRule, ofResource, said] = [having(ruleTexts(), word), having(resourceTexts(), word), saidTexts()];
      found = found.filter((at) => ofRule[results.rule[at]] || ofResource[results.on[at]] || said[at].includes(word));
    }
    return found;
  };

  /* A table of rows, a page at a time. */
  const pager = (host, { caption, heads, kind, row, noun, length, label, moved }) => {
    const status = el("p", { class: "status", role: "status" });
    const body = el("tbody");
    const head = el("thead", {}, el("tr", {}, heads.map((text) => el("th", { scope: "col" }, text))));
    const table = el("table", { class: `cards ${kind}` }, el("caption", {}, caption), head, body);
    const steps = [["First", () => 1], ["Previous", (page) => page - 1], ["Next", (page) => page + 1], ["Last", () => last()]];
    const buttons = steps.map(([text]) => el("button", { type: "button" }, text));
    const where = el("span");
    const pages = el("nav", { class: "pages", "aria-label": label }, buttons[0], buttons[1], where, buttons[2], buttons[3]);
    let [found, page, of] = [[], 1, 0];
    const last = () => Math.max(1, Math.ceil(found.length / length));
    const draw = (from, to) => body.replaceChildren(...found.slice(from, to).map(row));
    const show = () => {
      page = Math.min(Math.max(1, page), last());
      const from = (page - 1) * length;
      draw(from, from + length);
      const range = `${number(from + 1)} to ${number(Math.min(from + length, found.length))} of `;
      const whole = found.length === of ? "" : `, out of ${number(of)}`;
      status.textContent = found.length
        ? `${found.length > length ? range : ""}${many(found.length, noun)}${whole}` : `No ${noun} matches.`;
      where.textContent = `Page ${number(page)} of ${number(last())}`;
      buttons.forEach((button, at) => button.setAttribute("aria-disabled", String(at < 2 ? page === 1 : page === last())));
      pages.hidden = found.length <= length;
      table.hidden = !found.length;
    };
    steps.forEach(([, to], at) => buttons[at].addEventListener("click", () => {
      if (buttons[at].getAttribute("aria-disabled") === "true") return;
      page = to(page);
      show();
      moved?.(page);
    }));
    host.replaceChildren(status, table, pages);
    addEventListener("beforeprint", () => {
      draw(0, PRINTED);
      const all = many(found.length, noun);
      status.textContent = found.length > PRINTED ? `The first ${number(PRINTED)} of ${all}; the others are in record.json.` : all;
    });
    addEventListener("afterprint", show);
    return (rows, at, all) => { [found, page, of] = [rows, at, all]; show(); };
  };

  /* Rows. */
  const about = (on) => [el("b", {}, resources.end[on]), " ", quiet(`${texts[resources.kind[on]]}, ${stack(on)}`)];
  const ruleLink = (rule) => el("a", { class: "code", href: `#rule-${rule.id}` }, rule.id);
  const finding = (on) => (numbers) => {
    const [path, seen, wanted, other] = numbers.map((text) => texts[text]);
    const holder = byUrn.get(`${stack(on)} ${other}`);
    return el("div", {}, code(path), " seen ", code(seen), ", wanted ", wanted,
      other && other !== urn(on) ? quiet(` on ${holder === undefined ? other : resources.end[holder]}`) : "");
  };
  const said = (at) => {
    const rare = more[at] ?? {};
    const reason = texts[results.reason[at]];
    return [
      rare.broken ? el("strong", { class: "late" }, "The rule broke.") : "",
      (rare.findings ?? []).map(finding(results.on[at])),
      reason ? el("div", {}, rare.waiver ? `Waived by ${texts[rare.waiver]}: ${reason}` : reason) : "",
      rare.pending ? el("div", {}, quiet(`Not read: ${texts[rare.pending]}`)) : "",
    ];
  };
  const fields = (at) => {
    const [on, rule] = [results.on[at], rules[results.rule[at]]];
    const [since, days, deadline, overdue] = more[at]?.history ?? [];
    const pairs = [
      ["URN", el("code", { class: "urn" }, urn(on))], ["Id", resources.id[on] && code(resources.id[on])], ["Type", code(texts[resources.type[on]])],
      ["Provider", texts[resources.provider[on]]], ["Rule", rule.statement],
      ["In force", [texts[results.level[at]], rule.parameters[stack(on)]].filter(Boolean).join(": ")],
      ["Serves", rule.serves], ["Set in", results.settings[at] && code(texts[results.settings[at]])],
      ["Fix", outcomes[results.outcome[at]] === "pass" ? "" : rule.remedy],
      ["Open", since && `since ${since}, ${many(days, "day")}; due ${deadline}${overdue ? ", overdue" : ""}`],
    ];
    return el("dl", { class: "fields" }, pairs.filter(([, value]) => value).map(([name, value]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  };
  const unfolding = (summary, make) => {
    const made = el("details", {}, el("summary", {}, summary));
    made.addEventListener("toggle", () => { if (made.open && made.childElementCount === 1) made.append(make()); });
    return made;
  };
  const cell = (label, ...children) => el("td", { "data-label": label }, ...children);
  const resultRow = (at) => {
    const rule = rules[results.rule[at]];
    const [, , deadline, overdue] = more[at]?.history ?? [];
    return el("tr", {},
      cell("", tag(outcomes[results.outcome[at]])),
      el("th", { scope: "row" }, ruleLink(rule), " ", rule.statement),
      cell("", about(results.on[at])),
      cell("Severity", el("span", { class: `severity ${rule.severity}` }, rule.severity), " ", quiet(texts[results.level[at]])),
      cell("", el("div", { class: "said" }, said(at),
        overdue ? el("strong", { class: "late" }, `Overdue since ${deadline}`) : "",
        unfolding("All fields", () => fields(at)))));
  };
  const counted = (on) => [...tallies[on]].sort(([one], [other]) => one - other).map(([outcome, count]) => `${number(count)} ${outcomes[outcome]}`);
  const resourceRow = (on) => el("tr", {},
    el("th", { scope: "row" }, el("b", {}, resources.end[on]), el("span", { class: "quiet urn" }, urn(on))),
    cell("Type", texts[resources.kind[on]], quiet(`, ${stack(on)}${resources.custom[on] ? "" : ", component"}`)), cell("Id", code(resources.id[on] || "none")),
    cell("Answers", resources.waits[on] ? texts[resources.waits[on]] : tallies[on].size
      ? el("a", { href: `#results?${new URLSearchParams({ stack: stack(on), urn: urn(on) })}` }, counted(on).join(", "))
      : quiet("no rule judges this type")));

  /* The two lists, their filters, and the address that holds them. */
  const filter = (found, wanted) => {
    const chosen = wanted.outcome ? new Set(wanted.outcome.split(",")) : null;
    const serving = wanted.clause ? new Set(clauses[wanted.clause]) : null;
    const ofRule = rules.map((rule) => (!wanted.rule || rule.id === wanted.rule) && (!wanted.area || rule.area === wanted.area)
      && (!wanted.severity || rule.severity === wanted.severity) && (!serving || serving.has(codes.get(rule.id))));
    const ofResource = everyResource.map((on) => (!wanted.stack || stack(on) === wanted.stack) && (!wanted.urn || urn(on) === wanted.urn));
    return searched(found.filter((at) => ofRule[results.rule[at]] && ofResource[results.on[at]]
      && (!chosen || chosen.has(outcomes[results.outcome[at]]))), wanted.text ?? "");
  };
  const filterResources = (found, wanted) => {
    let left = found.filter((on) => (!wanted.stack || stack(on) === wanted.stack) && (!wanted.worst || worst(on) === wanted.worst));
    for (const word of words(wanted.text ?? "")) left = left.filter((on) => resourceTexts()[on].includes(word));
    return left;
  };
  const list = (id, section, all, chosen, table) => {
    const host = document.getElementById(id);
    const form = host.querySelector("form");
    const only = form.querySelector(".only");
    let urnWanted = "";
    const wanted = () => {
      const found = {};
      for (const [name, value] of new FormData(form)) if (value) found[name] = found[name] ? `${found[name]},${value}` : value;
      return urnWanted ? { ...found, urn: urnWanted } : found;
    };
    const remember = (page) => {
      const kept = new URLSearchParams({ ...wanted(), ...(page > 1 ? { page } : {}) }).toString();
      history.replaceState(null, "", `#${section}${kept ? `?${kept}` : ""}`);
    };
    const show = pager(host.querySelector(".rows"), { ...table, moved: remember });
    const update = (page) => show(chosen(all, wanted()), page, all.length);
    const changed = () => { update(1); remember(1); };
    const read = (parameters) => {
      for (const field of form.elements) {
        const value = parameters.get(field.name) ?? "";
        if (field.type === "checkbox") field.checked = value.split(",").includes(field.value);
        else if (field.name) field.value = value;
      }
      urnWanted = parameters.get("urn") ?? "";
      if (only) { only.hidden = !urnWanted; only.querySelector("b").textContent = urnWanted; }
      update(Number(parameters.get("page")) || 1);
    };
    let waiting;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, 120); });
    form.addEventListener("submit", (event) => { event.preventDefault(); changed(); });
    form.querySelector(".clear")?.addEventListener("click", () => { read(new URLSearchParams()); remember(1); });
    only?.querySelector("button").addEventListener("click", () => { urnWanted = ""; only.hidden = true; changed(); form.elements.text.focus(); });
    return read;
  };
  const resultTable = { caption: "Results, the most urgent first", heads: ["Outcome", "Rule", "Resource", "Severity", "Evidence"], kind: "results", row: resultRow, noun: "result" };
  const lists = {
    results: list("result-list", "results", everyResult, filter, { ...resultTable, length: 25, label: "Pages of results" }),
    resources: list("resource-list", "resources", everyResource, filterResources, { caption: "Resources",
      heads: ["Resource", "Type and stack", "Id", "Answers"], kind: "resources", row: resourceRow, noun: "resource", length: 25, label: "Pages of resources" }),
  };
  const follow = (first) => {
    const [section, query] = location.hash.slice(1).split(/\?(.*)/s);
    const asked = lists[section];
    if (first) for (const [name, read] of Object.entries(lists)) read(new URLSearchParams(name === section ? query : ""));
    else if (asked && query !== undefined) asked(new URLSearchParams(query));
    if (!asked || query === undefined) return;
    document.getElementById(`${section}-title`).focus({ preventScroll: true });
    document.getElementById(section).scrollIntoView();
  };
  addEventListener("hashchange", () => follow(false));

  /* Requirements: evidence for each resource, made when it is asked for. */
  for (const button of document.querySelectorAll("button.evidence")) {
    button.addEventListener("click", () => {
      const row = document.getElementById(button.getAttribute("aria-controls"));
      const open = row.classList.toggle("open");
      button.setAttribute("aria-expanded", String(open));
      const host = row.querySelector(".rows");
      if (!open || host.childElementCount) return;
      const serving = new Set(clauses[host.dataset.clause]);
      const found = everyResult.filter((at) => serving.has(results.rule[at]));
      pager(host, { ...resultTable, caption: `Evidence for ${host.dataset.clause}`, length: 10, label: `Pages of evidence for ${host.dataset.clause}` })(found, 1, found.length);
    });
  }
  follow(true);
})();
