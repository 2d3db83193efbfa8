// The ask page: asks POST /api/answer and shows what comes back. Everything that comes from
// a document or a person is put in as text, never as markup.
const OUTCOMES = { answered: "已找到依据", computed: "计算得出", passages: "相关原文", refused: "未找到依据" };
const STATUSES = {
  in_force: "现行有效", not_yet_effective: "尚未施行", amended: "已被修改",
  repealed: "已废止", expired: "已失效", unverified: "未核实",
};
const LIST_GAP = 4; // characters between the items of a list
const LONG_ANSWER = 24; // characters; beyond, it is set smaller
const SLOW = 15_000; // ms after which we stop waiting
const HISTORY_KEY = "wenju.history";
const HISTORY_LENGTH = 30;
const LEANING = 30 * 60_000; // ms for which a question may lean on the one before

const byId = (id) => document.getElementById(id);
const form = byId("form");
const box = byId("question");
const asOf = byId("as-of");
const result = byId("result");
const start = byId("start");
const keys = byId("keys");

let current = null; // the answer on screen
let answeredAt = 0; // when it came
let pending = null; // the AbortController of the question on its way
let history_ = readHistory();
let place = history_.length; // where arrow-up has got to
let draft = "";

// ---- asking ------------------------------------------------------------------------------

/** Ask a question; where it leans on `previous` (那第二批呢), the whole question is answered. */
async function ask(question, { isNewPlace = true, previous = null } = {}) {
  question = question.trim();
  if (!question) return;
  box.value = question;
  pending?.abort();
  const controller = new AbortController();
  pending = controller;
  addToHistory(question);
  const address = addressOf(question, asOf.value);
  if (isNewPlace && address !== location.pathname + location.search) {
    history.pushState(null, "", address);
  }
  document.title = `${question} · 问据`;
  setStarting(false);
  result.setAttribute("aria-busy", "true");
  const skeleton = setTimeout(() => result.replaceChildren(clone("loading-template")), 150);
  const patience = setTimeout(() => controller.abort("slow"), SLOW);
  let answer = null;
  let failure = null;
  try {
    answer = await fetchAnswer(question, previous, controller.signal);
  } catch (error) {
    failure = controller.signal.reason === "slow" ? new SlowAnswer() : error;
  } finally {
    clearTimeout(skeleton);
    clearTimeout(patience);
  }
  if (pending !== controller) return; // a newer question took over
  pending = null;
  current = answer;
  answeredAt = Date.now();
  if (answer && answer.question !== question) keepWhole(question, answer.question);
  result.setAttribute("aria-busy", "false");
  result.replaceChildren(
    answer ? showAnswer(answer, question) : showFailure(question, previous, failure),
  );
  if (document.activeElement === box || document.activeElement === document.body) {
    // From here single keys act on the answer; someone already typing on is left alone.
    if (box.value.trim() === question) result.firstElementChild.focus({ preventScroll: true });
  }
  result.scrollIntoView({ block: "nearest" });
}

/** The question that the next one may lean on. */
function askedBefore() {
  return current && Date.now() - answeredAt < LEANING ? current.question : null;
}

/** Let the address and the history say what was answered: by itself it leans on nothing. */
function keepWhole(question, whole) {
  history.replaceState(null, "", addressOf(whole, asOf.value));
  document.title = `${whole} · 问据`;
  history_ = history_.filter((other) => other !== question);
  addToHistory(whole);
}

async function fetchAnswer(question, previous, signal) {
  const body = { question };
  if (previous) body.previous = previous;
  if (asOf.value) body.as_of = asOf.value;
  const response = await fetch("/api/answer", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

class Problem extends Error {
  constructor(detail, code) {
    super(detail);
    this.code = code;
  }
}

class SlowAnswer extends Problem {
  constructor() {
    super("等了太久还没有回答。服务可能正忙，请再试一次。", "timeout");
  }
}

async function problemOf(response) {
  try {
    const problem = await response.json();
    return new Problem(problem.detail, problem.code);
  } catch {
    return new Problem("服务的回应读不懂，请稍后再试。", `http_${response.status}`);
  }
}

function addressOf(question, day) {
  const parameters = new URLSearchParams({ q: question });
  if (day) parameters.set("as_of", day);
  return `/?${parameters}`;
}

// ---- showing -----------------------------------------------------------------------------

function clone(id) {
  return byId(id).content.cloneNode(true);
}

function showAnswer(answer, question) {
  const fragment = clone("answer-template");
  const find = (selector) => fragment.querySelector(selector);
  const article = find(".answer");
  article.classList.add(answer.outcome);
  find(".asked").textContent = question;
  showWhole(find(".whole"), answer, question);
  find(".outcome").textContent = outcomeOf(answer);
  showConfidence(find(".confidence"), answer);
  if (answer.parts.length) find(".short").remove();
  else showShort(find(".short"), answer);
  showParts(find(".parts"), answer);
  const refusal = find(".refusal");
  if (answer.refusal) refusal.querySelector(".message").textContent = answer.refusal.message;
  else refusal.remove();
  const notices = answer.notices.map((notice) => {
    const item = element("li", notice.message);
    item.classList.add(notice.kind.replace(/\W/g, ""));
    return item;
  });
  if (notices.length) find(".notices").append(...notices);
  else find(".notices").remove();
  if (answer.script) find(".script .words").textContent = answer.script;
  else find(".script").remove();
  showBasis(find(".basis"), answer);
  showTrace(find(".trace"), answer);
  wireFeedback(article, answer);
  for (const button of article.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () => copyPart(button.dataset.copy));
  }
  announce(answer, question);
  return fragment;
}

/** Say which question was answered where it was not asked as a whole, and how to have it not so. */
function showWhole(place_, answer, question) {
  if (answer.question === question) {
    place_.remove();
    return;
  }
  place_.querySelector("b").textContent = answer.question;
  place_.querySelector("button").addEventListener("click", () => ask(question));
}

function outcomeOf(answer) {
  const isOurs = answer.outcome === "answered" && !answer.citations.length; // and rests on nothing
  return isOurs ? "标准问答" : (OUTCOMES[answer.outcome] ?? answer.outcome);
}

function showConfidence(place_, answer) {
  if (answer.outcome === "refused") {
    place_.remove();
    return;
  }
  const percent = Math.round(answer.confidence * 100);
  place_.append("把握 ", element("b", `${percent}%`));
  place_.title = `同样把握的回答，每一百次约对 ${percent} 次`;
}

function showShort(place_, answer) {
  if (!answer.answer) {
    place_.remove();
    return;
  }
  place_.textContent = answer.answer;
  place_.classList.toggle("long", Array.from(answer.answer).length > LONG_ANSWER);
}

/** Show what is given to each of several things asked at once, each with its own basis. */
function showParts(list, answer) {
  if (!answer.parts.length) {
    list.remove();
    return;
  }
  for (const part of answer.parts) {
    const fragment = clone("part-template");
    const find = (selector) => fragment.querySelector(selector);
    find(".part").classList.add(part.outcome);
    find(".part-question").textContent = part.question;
    find(".outcome").textContent = outcomeOf(part);
    showConfidence(find(".confidence"), part);
    showShort(find(".short"), part);
    if (part.refusal) find(".message").textContent = part.refusal.message;
    else find(".message").remove();
    find(".cards").append(...cardsOf(part));
    list.append(fragment);
  }
}

/** The cards of what a question or a part of one rests on, a list of items on one card. */
function cardsOf(given) {
  const isList = given.answer?.includes("\n");
  const needle = given.outcome === "answered" && !isList ? given.answer : null;
  return asPrinted(given.citations).map((citation) => card(citation, needle));
}

/** Citations that follow one another in a text, as the items of a list do, as one. */
function asPrinted(citations) {
  const found = [];
  for (const one of citations) {
    const last = found.at(-1);
    const gap = last?.document_id === one.document_id ? one.start - last.end : -1;
    if (gap < 0 || gap > LIST_GAP) found.push({ ...one });
    else Object.assign(last, { end: one.end, quote: `${last.quote}\n${one.quote}`, url: null });
  }
  return found;
}

function showBasis(section, answer) {
  const refused = answer.outcome === "refused";
  const citations = refused ? (answer.refusal?.nearest ?? []) : answer.citations;
  if (!citations.length) {
    section.remove();
    return;
  }
  const titles = { refused: "最接近的原文（没有写明所问的事，不能当作回答）", passages: "相关原文" };
  section.querySelector("h3").textContent = titles[answer.outcome] ?? "依据";
  if (refused) section.querySelector(".copy").remove();
  if (answer.parts.length && !refused) {
    section.querySelector(".cards").remove(); // each part shows its own
    return;
  }
  section.querySelector(".cards").append(...cardsOf({ ...answer, citations }));
}

function card(citation, needle) {
  const fragment = clone("card-template");
  const find = (selector) => fragment.querySelector(selector);
  const title = find(".title");
  title.textContent = citation.title;
  title.href = find(".open").href = localAddress(citation);
  const status = find(".status");
  status.textContent = STATUSES[citation.status] ?? citation.status;
  status.classList.add(citation.status);
  const locator = element("span", citation.locator);
  locator.className = "locator";
  const facts = [
    citation.locator && locator,
    citation.document_number && element("span", citation.document_number),
    citation.issuer && element("span", citation.issuer),
    dateFact(citation),
    citation.page && element("span", `第 ${citation.page} 页`),
  ];
  find(".facts").append(...facts.filter(Boolean));
  quoteInto(find("blockquote"), citation.quote, needle);
  find(".copy-one").addEventListener("click", () => copy(basisText(citation), "依据"));
  return fragment;
}

/** The day this text began to hold: a law changed since it took effect holds from the change. */
function dateFact({ issued_on: issued, effective_on: effective }) {
  if (effective && (!issued || effective >= issued)) {
    return element("span", `${chineseDay(effective)}起施行`);
  }
  return issued && element("span", chineseDay(issued) + (effective ? "公布的版本" : ""));
}

function chineseDay(day) {
  const [year, month, date] = day.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

/** Set the quote, with the answer's own words marked where they stand in it exactly once. */
function quoteInto(place_, quote, needle) {
  const at = needle ? quote.indexOf(needle) : -1;
  if (at < 0 || quote.indexOf(needle, at + 1) >= 0) {
    place_.textContent = quote;
    return;
  }
  place_.append(quote.slice(0, at), element("strong", needle), quote.slice(at + needle.length));
}

/** The document on this server, whatever public address the citation was given. */
function localAddress(citation) {
  const id = encodeURIComponent(citation.document_id);
  return `/documents/${id}?start=${Number(citation.start)}&end=${Number(citation.end)}`;
}

function showTrace(place_, answer) {
  const timings = Object.values(answer.trace?.timings_ms ?? {}).filter(Number.isFinite);
  const total = answer.trace?.timings_ms?.total ?? timings.reduce((sum, part) => sum + part, 0);
  const parts = [];
  parts.push(asOf.value ? `按 ${chineseDay(asOf.value)}有效的文件` : "按今天有效的文件");
  if (timings.length) parts.push(`用时 ${Math.max(1, Math.round(total))} 毫秒`);
  place_.textContent = parts.join(" · ");
}

function showFailure(question, previous, error) {
  const known = error instanceof Problem;
  const fragment = clone("failure-template");
  const find = (selector) => fragment.querySelector(selector);
  find(".message").textContent = known ? error.message : "连不上服务。请检查网络，再试一次。";
  find(".code").textContent = known && error.code ? `代码 ${error.code}` : "";
  find(".retry").addEventListener("click", () => ask(question, { previous }));
  return fragment;
}

function announce(answer, question) {
  const words = partsInWords(answer) || (answer.answer ?? answer.refusal?.message ?? `找到 ${answer.citations.length} 段相关原文`);
  const whole = answer.question === question ? "" : `按“${answer.question}”回答。`;
  byId("announcement").textContent = `${whole}${outcomeOf(answer)}：${words}`;
}

function partsInWords(answer) {
  return answer.parts
    .map((part) => `${part.question}：${part.answer ?? part.refusal?.message ?? "有相关原文"}`)
    .join("；");
}

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

// ---- copying -----------------------------------------------------------------------------

function basisText(citation) {
  const number = citation.document_number ? `（${citation.document_number}）` : "";
  const title = /^《.*》$/.test(citation.title) ? citation.title : `《${citation.title}》`;
  const link = new URL(citation.url || localAddress(citation), location.origin);
  return `${title}${number}${citation.locator}：“${citation.quote}”\n${link}`;
}

function copyPart(part) {
  if (part === "script" && current?.script) copy(current.script, "口径");
  if (part === "basis" && current?.citations.length) {
    copy(asPrinted(current.citations).map(basisText).join("\n\n"), "依据");
  }
}

async function copy(text, what) {
  toast((await putOnClipboard(text)) ? `已复制${what}` : "浏览器不让复制，请选中文字后按 Ctrl+C");
}

async function putOnClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text); // an intranet address without https has no clipboard object
  }
}

function copyTheOldWay(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({ preventScroll: true });
  return done;
}

let toastTimer;
function toast(text) {
  const place_ = byId("toast");
  place_.textContent = text;
  place_.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (place_.hidden = true), 2500);
}

// ---- feedback ----------------------------------------------------------------------------

function wireFeedback(article, answer) {
  const find = (selector) => article.querySelector(selector);
  const correction = find(".correction");
  const wrong = find(".wrong");
  const open = (isOpen) => {
    correction.hidden = !isOpen;
    wrong.setAttribute("aria-expanded", String(isOpen));
    (isOpen ? correction.querySelector("textarea") : wrong).focus();
  };
  find(".useful").addEventListener("click", async () => {
    if (await sendFeedback(find(".thanks"), answer.id, "useful", "")) {
      find(".useful").setAttribute("aria-pressed", "true");
    }
  });
  wrong.addEventListener("click", () => open(correction.hidden));
  find(".cancel").addEventListener("click", () => open(false));
  correction.addEventListener("submit", async (event) => {
    event.preventDefault();
    const comment = correction.querySelector("textarea").value.trim();
    if (await sendFeedback(find(".thanks"), answer.id, "wrong", comment)) open(false);
  });
}

async function sendFeedback(thanks, answerId, verdict, comment) {
  let problem = null;
  try {
    const response = await fetch("/api/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ answer_id: answerId, verdict, comment }),
    });
    if (!response.ok) problem = await problemOf(response);
  } catch {
    problem = new Problem("没有送出去，请再试一次。");
  }
  thanks.classList.toggle("bad", problem !== null);
  thanks.textContent = problem?.message ?? (verdict === "useful" ? "谢谢" : "已记下，会有人核对");
  return problem === null;
}

// ---- history, suggestions, progress --------------------------------------------------------

function readHistory() {
  try {
    const read = JSON.parse(sessionStorage.getItem(HISTORY_KEY) ?? "[]");
    return Array.isArray(read) ? read.filter((item) => typeof item === "string") : [];
  } catch {
    return [];
  }
}

function addToHistory(question) {
  history_ = [...history_.filter((other) => other !== question), question].slice(-HISTORY_LENGTH);
  place = history_.length;
  draft = "";
  try {
    sessionStorage.setItem(HISTORY_KEY, JSON.stringify(history_));
  } catch {
    // a full or forbidden store only costs the history
  }
}

function stepThroughHistory(step) {
  if (place === history_.length) draft = box.value;
  place = Math.min(Math.max(place + step, 0), history_.length);
  box.value = history_[place] ?? draft;
  box.setSelectionRange(box.value.length, box.value.length);
}

function showChips(section, questions) {
  const chips = questions.map((question) => {
    const button = element("button", question);
    button.type = "button";
    button.addEventListener("click", () => ask(question));
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
  section.querySelector(".chips").replaceChildren(...chips);
  section.hidden = chips.length === 0;
}

function showStart() {
  pending?.abort();
  pending = null;
  current = null;
  document.title = "问据";
  result.replaceChildren();
  result.setAttribute("aria-busy", "false");
  setStarting(true);
  showChips(byId("history"), history_.slice(-6).reverse());
}

function setStarting(isStarting) {
  start.hidden = !isStarting;
  document.body.classList.toggle("starting", isStarting);
}

async function showSuggestions() {
  try {
    const response = await fetch("/api/suggestions");
    if (response.ok) showChips(byId("suggestions"), (await response.json()).suggestions);
  } catch {
    // the page asks well without suggestions
  }
}

async function watchProgress() {
  const section = byId("progress");
  try {
    const response = await fetch("/readyz");
    const { progress } = await response.json();
    const wasHidden = section.hidden;
    section.hidden = response.ok;
    if (response.ok) {
      if (!wasHidden) showSuggestions();
      return;
    }
    const bar = byId("progress-bar");
    if (progress?.total > 0) {
      bar.max = progress.total;
      bar.value = progress.done;
    } else bar.removeAttribute("value");
    byId("progress-text").textContent = progress?.message ?? "";
  } catch {
    section.hidden = true; // asking will say that the service cannot be reached
    return;
  }
  setTimeout(watchProgress, 2000);
}

// ---- keys --------------------------------------------------------------------------------

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  if (event.target === box) return keyInBox(event);
  if (event.key === "Escape" && event.target.closest?.(".correction")) {
    event.target.closest(".answer").querySelector(".cancel").click();
    return;
  }
  if (isTyping(event.target)) return;
  const acts = {
    "/": focusBox, Escape: focusBox, "?": () => keys.showModal(),
    c: () => copyPart("script"), b: () => copyPart("basis"), o: openFirst,
  };
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

function keyInBox(event) {
  if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    stepThroughHistory(event.key === "ArrowUp" ? -1 : 1);
  } else if (event.key === "Escape") {
    box.value = "";
    place = history_.length;
  } else if ((event.key === "?" || event.key === "？") && !box.value) {
    event.preventDefault();
    keys.showModal();
  } else if (event.key === "/" && !box.value) {
    event.preventDefault();
  }
}

function focusBox() {
  box.focus();
  box.select();
}

function openFirst() {
  result.querySelector(".card .open")?.click();
}

// ---- beginning ---------------------------------------------------------------------------

form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(box.value, { previous: askedBefore() });
});
byId("day-button").addEventListener("click", () => {
  showDay(true);
  asOf.focus();
});
asOf.addEventListener("change", () => {
  showDay(asOf.value !== "");
  if (current) ask(current.question);
});
byId("keys-button").addEventListener("click", () => keys.showModal());
addEventListener("popstate", readAddress);

function showDay(isChosen) {
  byId("day").hidden = !isChosen;
  byId("day-button").hidden = isChosen;
}

function readAddress() {
  const parameters = new URLSearchParams(location.search);
  const question = parameters.get("q") ?? "";
  box.value = question;
  asOf.value = parameters.get("as_of") ?? "";
  showDay(asOf.value !== "");
  if (question.trim()) ask(question, { isNewPlace: false });
  else showStart();
}

readAddress();
showSuggestions();
watchProgress();
