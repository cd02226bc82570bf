export const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
<link rel="stylesheet" href="/assets/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header>
  <h1>Shop</h1>
  <form id="search" role="search"><input name="query" type="search" placeholder="Search products" aria-label="Search products"></form>
  <p id="person"></p>
</header>
<p id="message" role="status" aria-live="polite"></p>
<main>
  <section aria-labelledby="products-title">
    <h2 id="products-title">Products</h2>
    <ul id="products" class="cards"></ul>
    <nav id="pages" aria-label="Pages of products"></nav>
  </section>
  <aside>
    <section id="account" aria-labelledby="account-title">
      <h2 id="account-title">Log in</h2>
      <form id="login">
        <label>E-mail<input name="email" type="email" autocomplete="username" required></label>
        <label>Password<input name="password" type="password" autocomplete="current-password" minlength="8" required></label>
        <label id="name-field" hidden>Name<input name="name" autocomplete="name"></label>
        <label id="address-field" hidden>Address<input name="address" autocomplete="street-address" placeholder="Street 1, 12345 City"></label>
        <button>Log in</button>
        <button type="button" id="register" class="quiet">I am new here</button>
      </form>
    </section>
    <section aria-labelledby="basket-title">
      <h2 id="basket-title">Basket</h2>
      <ul id="basket" class="lines"></ul>
      <form id="checkout" hidden>
        <label>Promotion code<input name="promotion" autocomplete="off"></label>
        <p class="total">Total <output id="sum"></output></p>
        <button>Order</button>
      </form>
    </section>
    <section aria-labelledby="orders-title">
      <h2 id="orders-title">My orders</h2>
      <ul id="orders" class="lines"></ul>
    </section>
  </aside>
</main>
<script type="module" src="/assets/shop.js"></script>
</body>
</html>
`;
