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
<h1>Shop</h1>
<p id="message" role="status"></p>
<form id="login">
  <label>E-mail <input name="email" type="email" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Log in</button>
</form>
<h2>Products</h2>
<form id="search"><label>Search <input name="query"></label> <button>Find</button></form>
<table><thead><tr><th>Product</th><th>Price</th><th>In stock</th><th>Order</th></tr></thead><tbody id="products"></tbody></table>
<h2>My orders</h2>
<table><thead><tr><th>Number</th><th>Placed</th><th>Total</th><th>Status</th><th></th></tr></thead><tbody id="orders"></tbody></table>
<pre id="shipment"></pre>
<script src="/assets/shop.js"></script>
</body>
</html>
`;
