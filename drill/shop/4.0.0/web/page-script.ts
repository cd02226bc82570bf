/** An ES module. All texts from the server reach the page as text, never as HTML. */
export const script = `const one = (id) => document.getElementById(id);
const PAGE = 24;
const state = { token: sessionStorage.getItem("token"), name: sessionStorage.getItem("name"), page: 1, basket: new Map(), orderKey: newKey() };

function newKey() { return crypto.getRandomValues(new Uint32Array(4)).join("-"); }
const money = ({ amount, currency }) => new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount / 100);
const time = (text) => new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
const say = (text) => { one("message").textContent = text; };

const PROBLEMS = {
  "out-of-stock": "is sold out in that quantity", "payment-declined": "The payment was declined.", "wrong-credentials": "E-mail or password is wrong.",
  "email-taken": "Somebody has registered with that e-mail.", "promotion-not-valid": "That promotion does not apply.", "not-logged-in": "Please log in first.",
};

async function api(path, { body, key } = {}) {
  const headers = { "content-type": "application/json" };
  if (state.token) headers.authorization = "Bearer " + state.token;
  if (key) headers["idempotency-key"] = key;
  const reply = await fetch(path, body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await reply.json();
  if (reply.status === 401 && state.token) signOut();
  if (!reply.ok) {
    const text = answer.problems ? answer.problems.map((p) => p.field + " " + p.rule).join("; ") : PROBLEMS[answer.error] ?? answer.error;
    throw new Error(answer.sku ? answer.sku + " " + text : text);
  }
  return answer;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}
function action(text, run, quiet = false) {
  const made = element("button", { type: "button", textContent: text, className: quiet ? "quiet" : "" });
  made.addEventListener("click", () => { made.disabled = true; attempt(run).finally(() => { made.disabled = false; }); });
  return made;
}
async function attempt(run) {
  try { await run(); } catch (problem) { say(problem.message); }
}

async function showProducts() {
  const query = encodeURIComponent(one("search").query.value);
  const { products, total } = await api("/api/products?size=" + PAGE + "&page=" + state.page + "&query=" + query);
  one("products").replaceChildren(...products.map((product) => element("li", {},
    element("strong", { textContent: product.name }),
    element("span", { className: "price", textContent: money(product.price) }),
    element("div", { className: "row" },
      element("span", { className: product.available < 5 ? "few" : "quiet-text", textContent: product.available > 0 ? product.available + " in stock" : "sold out" }),
      Object.assign(action("Add", async () => put(product, 1)), { disabled: product.available === 0 })))));
  const pages = Math.max(1, Math.ceil(total / PAGE));
  const go = (step) => async () => { state.page += step; await showProducts(); scrollTo(0, 0); };
  one("pages").replaceChildren(...(pages === 1 ? [] : [
    state.page > 1 ? action("Back", go(-1), true) : "", element("span", { textContent: "Page " + state.page + " of " + pages }),
    state.page < pages ? action("Next", go(1), true) : ""]));
}

function put(product, pieces) {
  const quantity = (state.basket.get(product.sku)?.quantity ?? 0) + pieces;
  if (quantity > 0) state.basket.set(product.sku, { product, quantity }); else state.basket.delete(product.sku);
  // Another basket is another order; the same basket sent twice is the same order.
  state.orderKey = newKey();
  showBasket();
}
function showBasket() {
  const lines = [...state.basket.values()];
  one("basket").replaceChildren(...(lines.length ? lines.map(({ product, quantity }) => element("li", {},
    element("div", { className: "row" }, element("span", { textContent: quantity + " × " + product.name }),
      element("span", {}, action("−", async () => put(product, -1), true), action("+", async () => put(product, 1), true)))))
    : [element("li", { className: "quiet-text", textContent: "Nothing yet." })]));
  one("checkout").hidden = lines.length === 0;
  if (lines.length) one("sum").textContent = money({ amount: lines.reduce((sum, { product, quantity }) => sum + product.price.amount * quantity, 0), currency: lines[0].product.price.currency });
}

async function showOrders() {
  if (!state.token) return one("orders").replaceChildren(element("li", { className: "quiet-text", textContent: "Log in to see them." }));
  const { orders } = await api("/api/orders?size=10");
  one("orders").replaceChildren(...orders.map(showOrder));
}
function showOrder(order) {
  const at = "/api/orders/" + order.number;
  const key = newKey();
  const steps = element("div", { className: "steps", hidden: true });
  return element("li", {},
    element("div", { className: "row" }, element("strong", { textContent: order.number }), element("span", { className: "status", textContent: order.status })),
    element("div", { className: "row quiet-text" }, element("span", { textContent: time(order.placedAt) }), element("span", { textContent: money(order.total) })),
    element("div", { className: "quiet-text", textContent: order.lines.map((line) => line.quantity + " × " + line.name).join(", ") }),
    element("div", { className: "row" },
      order.status === "placed" ? action("Pay by card", async () => { await api(at + "/payment", { body: { method: "card" }, key }); say("Thank you, " + order.number + " is paid."); await showOrders(); }) : null,
      ["placed", "paid"].includes(order.status) ? action("Cancel", async () => { await api(at + "/cancellation", { body: {} }); await Promise.all([showOrders(), showProducts()]); }, true) : null,
      ["delivered"].includes(order.status) ? action("Return", async () => giveBack(order), true) : null,
      action("Track", async () => showSteps(order, steps), true)),
    steps);
}
async function showSteps(order, steps) {
  const { status, carrier, trackingNumber, events } = await api("/api/shipments/" + order.number);
  steps.hidden = false;
  steps.replaceChildren(element("span", { textContent: carrier ? carrier + " " + trackingNumber : "Being prepared" }),
    ...events.map((event) => element("span", { textContent: time(event.at) + " – " + event.status + (event.location ? ", " + event.location : "") })),
    ...(events.length || status === "preparing" ? [] : [element("span", { textContent: status })]));
}
async function giveBack(order) {
  const reason = prompt("Why do you return " + order.number + "?");
  if (!reason) return;
  for (const { sku, quantity } of order.lines) await api("/api/returns", { body: { order: order.number, sku, quantity, reason } });
  say("The return of " + order.number + " is registered.");
  await showOrders();
}

function signIn(token, name) {
  Object.assign(state, { token, name });
  sessionStorage.setItem("token", token);
  sessionStorage.setItem("name", name);
  showPerson();
}
function signOut() {
  Object.assign(state, { token: null, name: null });
  sessionStorage.clear();
  showPerson();
}
function showPerson() {
  one("account").hidden = state.token !== null;
  one("person").replaceChildren(...(state.token ? [state.name + " ", action("Log out", async () => { signOut(); await showOrders(); }, true)] : []));
}

one("login").addEventListener("submit", (event) => {
  event.preventDefault();
  const { email, password, name, address } = event.target;
  attempt(async () => {
    if (one("name-field").hidden) {
      const answer = await api("/api/login", { body: { email: email.value, password: password.value } });
      signIn(answer.token, answer.customer.name);
    } else {
      const answer = await api("/api/customers", { body: { email: email.value, password: password.value, name: name.value, address: address.value } });
      signIn(answer.token, name.value);
    }
    say("Welcome, " + state.name + ".");
    await showOrders();
  });
});
one("register").addEventListener("click", (event) => {
  one("name-field").hidden = one("address-field").hidden = false;
  one("account-title").textContent = "Register";
  one("login").querySelector("button").textContent = "Register";
  event.target.hidden = true;
});
one("search").addEventListener("submit", (event) => { event.preventDefault(); state.page = 1; attempt(showProducts); });
one("checkout").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const promotion = event.target.promotion.value.trim();
    const lines = [...state.basket].map(([sku, { quantity }]) => ({ sku, quantity }));
    const order = await api("/api/orders", { body: { lines, ...(promotion ? { promotion } : {}) }, key: state.orderKey });
    state.basket.clear();
    state.orderKey = newKey();
    say("Order " + order.number + " is placed: " + money(order.total));
    showBasket();
    await Promise.all([showOrders(), showProducts()]);
  });
});

showPerson();
showBasket();
attempt(showProducts);
attempt(showOrders);
`;
