/** One plain script without modules. All texts from the server reach the page as text, never as HTML. */
export const script = `"use strict";
var token = sessionStorage.getItem("token");
function one(id) { return document.getElementById(id); }
function money(m) { return (m.amount / 100).toFixed(2) + " " + m.currency; }
function say(text) { one("message").textContent = text; }
function cell(row, content) {
  var td = document.createElement("td");
  if (typeof content === "string") td.textContent = content; else if (content) td.appendChild(content);
  row.appendChild(td);
}
function button(text, action) {
  var b = document.createElement("button");
  b.textContent = text;
  b.onclick = function () { b.disabled = true; action().catch(function (e) { say(e.message); }).finally(function () { b.disabled = false; }); };
  return b;
}
async function api(path, body, key) {
  var headers = { "content-type": "application/json" };
  if (token) headers.authorization = "Bearer " + token;
  if (key) headers["idempotency-key"] = key;
  var reply = await fetch(path, body === undefined ? { headers: headers } : { method: "POST", headers: headers, body: JSON.stringify(body) });
  var answer = await reply.json();
  if (!reply.ok) throw new Error(answer.error + (answer.sku ? " (" + answer.sku + ")" : ""));
  return answer;
}
function newKey() { return Date.now().toString(36) + Math.random().toString(36).slice(2); }
async function showProducts() {
  var answer = await api("/api/products?size=20&query=" + encodeURIComponent(one("search").query.value));
  one("products").textContent = "";
  answer.products.forEach(function (p) {
    var row = document.createElement("tr");
    var count = document.createElement("input");
    count.type = "number"; count.min = 1; count.value = 1;
    count.setAttribute("aria-label", "Pieces of " + p.name);
    var box = document.createElement("span");
    box.appendChild(count);
    // One key for one wish: a second click after a lost answer makes no second order.
    var key = newKey();
    box.appendChild(button("Order", async function () {
      var order = await api("/api/orders", { lines: [{ sku: p.sku, quantity: Number(count.value) }] }, key);
      key = newKey();
      say("Order " + order.number + " placed: " + money(order.total));
      await Promise.all([showProducts(), showOrders()]);
    }));
    cell(row, p.name); cell(row, money(p.price)); cell(row, String(p.available)); cell(row, box);
    one("products").appendChild(row);
  });
}
async function showOrders() {
  if (!token) return;
  var answer = await api("/api/orders?size=20");
  one("orders").textContent = "";
  answer.orders.forEach(function (o) {
    var row = document.createElement("tr");
    var box = document.createElement("span");
    var key = newKey();
    if (o.status === "placed") box.appendChild(button("Pay", async function () { await api("/api/orders/" + o.number + "/payment", { method: "card" }, key); await showOrders(); }));
    if (o.status === "placed" || o.status === "paid") box.appendChild(button("Cancel", async function () { await api("/api/orders/" + o.number + "/cancellation", {}); await showOrders(); }));
    box.appendChild(button("Track", async function () {
      var s = await api("/api/shipments/" + o.number);
      one("shipment").textContent = o.number + ": " + s.status + "\\n" + s.events.map(function (e) { return new Date(e.at).toLocaleString() + "  " + e.status + "  " + (e.location || ""); }).join("\\n");
    }));
    cell(row, o.number); cell(row, new Date(o.placedAt).toLocaleString()); cell(row, money(o.total)); cell(row, o.status); cell(row, box);
    one("orders").appendChild(row);
  });
}
one("login").onsubmit = function (event) {
  event.preventDefault();
  api("/api/login", { email: event.target.email.value, password: event.target.password.value }).then(function (answer) {
    token = answer.token;
    sessionStorage.setItem("token", token);
    say("Welcome, " + answer.customer.name);
    return showOrders();
  }).catch(function (e) { say(e.message); });
};
one("search").onsubmit = function (event) { event.preventDefault(); showProducts().catch(function (e) { say(e.message); }); };
showProducts().then(showOrders).catch(function (e) { say(e.message); });
`;
