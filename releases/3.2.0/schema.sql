-- Data model of release 3.2.0: the grown old model.
--
-- One wide table holds an order with everything about it; there are few constraints, so the data holds what years of
-- imports, hand edits and older programs left behind. Release 3.2.0 itself writes the canonical forms given below.
--
--   * Money is a decimal number in euros. Some rows have no currency, "€" or more than two decimals.
--   * Every `timestamp` is local time of the shop (Europe/Berlin) without zone. The hour 02:00–03:00 happens twice each
--     October and never each March; both are found in the data. Only `work` uses timestamptz.
--   * `orders.lines` is JSON text. Canonical, without blanks, in this order of keys:
--         [{"sku":"A-1","name":"Lamp","qty":2,"price":"19.90"}]
--     price is what one piece cost. Also found: price as a number or with a comma ("19,90"), qty as text, extra blanks, broken JSON.
--   * `orders.status`: placed, paid, shipped, delivered, cancelled, expired, returned. Also found: capitals, blanks around,
--     "canceled", "complete" (delivered), "bezahlt" (paid), "versendet" (shipped), "storniert" (cancelled).
--   * `orders.total` = sum(qty * price) - `orders.discount`. NULL in discount means 0.
--   * `orders.promotion` is the code as typed by the customer; it belongs to the promotion with the same upper(btrim(code)), lowest id.
--   * `orders.payment_state`: NULL (nothing tried), pending (being retried), authorised, captured, declined, refunding, refunded.
--   * `orders.closed` is when it was cancelled, expired or returned.
--   * `orders.customer_name`, `_email`, `_phone` and `ship_to` are copies taken when the order was placed.
--   * `customers`: the same person may be there several times (same e-mail in another spelling). Phones in every format.
--     Canonical e-mail: lower case, no blanks. Also found: capitals, blanks, "mailto:", "name (at) host", empty, nonsense.
--     `role` NULL means customer; "staff" may read statistics. `address` canonical: "Street 1, 12345 City".
--   * `products.stock` is the number that can still be sold: less with each order, more with each cancellation or expiry.
--     Deliveries do not change it. Returned goods are inspected and not put back. `active`: "yes" or NULL sell, "no" does not.
--   * `shipments.events` is text, a line an event, oldest first: "2025-03-01 14:03:22|in-transit|Leipzig" (local time, whole
--     seconds; no location: nothing after the second bar). Status: announced, picked-up, in-transit, out-for-delivery, delivered.
--   * `promotions`: either `percent` (10 = ten percent) or `amount` (euros) is set; amount off an order of at least `minimum`.
--   * `stock_figures` is a cache the stock worker refreshes on an interval. It is derived and is no part of a migration.
--   * `work` is the queue and the lease book of the workers. A row is in flight while `claimed_until` is in the future.
--       worker orders:    kind capture | payment | refund (subject: order number), kind expiry (subject: "run"),
--                         kind release (subject: reference of an authorisation that no order uses)
--       worker logistics: kind ship | track (subject: order number)
--       worker inventory: kind figures (subject: "run")
--
-- Writes of release 3.2.0: an order is one INSERT into orders and one UPDATE of products a line, in one transaction.
-- Nothing but rows of `work` is ever deleted.
-- Both releases take pg_advisory_xact_lock(hashtext(sku)) in the order of SKUs before they change stock, so that they never
-- deadlock on the two sides of a synchronised product.

CREATE SCHEMA IF NOT EXISTS shop_v3;

CREATE SEQUENCE shop_v3.customer_id;
CREATE SEQUENCE shop_v3.order_id;
CREATE SEQUENCE shop_v3.promotion_id;
CREATE SEQUENCE shop_v3.shipment_id;
CREATE SEQUENCE shop_v3.review_id;
CREATE SEQUENCE shop_v3.return_id;
CREATE SEQUENCE shop_v3.work_id;

CREATE TABLE shop_v3.customers (
  id            bigint    DEFAULT nextval('shop_v3.customer_id') PRIMARY KEY,
  email         text,
  name          text,
  phone         text,
  address       text,
  role          text,
  password_hash text,
  registered    timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin')
);
CREATE INDEX customers_email ON shop_v3.customers (lower(btrim(email)));

CREATE TABLE shop_v3.products (
  sku         text      PRIMARY KEY,
  name        text,
  category    text,
  description text,
  price       numeric,
  stock       integer,
  active      text,
  created     timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin'),
  updated     timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin')
);

CREATE TABLE shop_v3.promotions (
  id          bigint    DEFAULT nextval('shop_v3.promotion_id') PRIMARY KEY,
  code        text,
  description text,
  percent     numeric,
  amount      numeric,
  minimum     numeric,
  valid_from  timestamp,
  valid_to    timestamp
);
CREATE INDEX promotions_code ON shop_v3.promotions (upper(btrim(code)));

CREATE TABLE shop_v3.orders (
  id                bigint    DEFAULT nextval('shop_v3.order_id') PRIMARY KEY,
  number            text      NOT NULL,
  customer_id       bigint,
  customer_name     text,
  customer_email    text,
  customer_phone    text,
  ship_to           text,
  lines             text,
  discount          numeric,
  total             numeric,
  currency          text,
  promotion         text,
  status            text,
  created           timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin'),
  paid              timestamp,
  shipped           timestamp,
  delivered         timestamp,
  closed            timestamp,
  payment_method    text,
  payment_reference text,
  payment_state     text,
  payment_key       text,
  idempotency_key   text,
  note              text
);
CREATE UNIQUE INDEX orders_number ON shop_v3.orders (number);
CREATE UNIQUE INDEX orders_idempotency_key ON shop_v3.orders (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_customer ON shop_v3.orders (customer_id, id);
CREATE INDEX orders_created ON shop_v3.orders (created);
CREATE INDEX orders_placed ON shop_v3.orders (created) WHERE status = 'placed';
CREATE INDEX orders_open ON shop_v3.orders (id) WHERE status IN ('placed', 'paid');

CREATE TABLE shop_v3.shipments (
  id           bigint    DEFAULT nextval('shop_v3.shipment_id') PRIMARY KEY,
  order_number text,
  carrier      text,
  tracking     text,
  status       text,
  events       text,
  created      timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin'),
  updated      timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin')
);
CREATE INDEX shipments_order ON shop_v3.shipments (order_number);

CREATE TABLE shop_v3.reviews (
  id           bigint    DEFAULT nextval('shop_v3.review_id') PRIMARY KEY,
  order_number text,
  customer_id  bigint,
  sku          text,
  rating       integer,
  text         text,
  created      timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin')
);
CREATE INDEX reviews_order ON shop_v3.reviews (order_number);

CREATE TABLE shop_v3.after_sales (
  id           bigint    DEFAULT nextval('shop_v3.return_id') PRIMARY KEY,
  order_number text,
  customer_id  bigint,
  sku          text,
  quantity     integer,
  reason       text,
  status       text,
  refund       numeric,
  created      timestamp DEFAULT (now() AT TIME ZONE 'Europe/Berlin')
);
CREATE INDEX after_sales_order ON shop_v3.after_sales (order_number);

CREATE TABLE shop_v3.work (
  id            bigint      DEFAULT nextval('shop_v3.work_id') PRIMARY KEY,
  worker        text        NOT NULL,
  kind          text        NOT NULL,
  subject       text        NOT NULL,
  due_at        timestamptz NOT NULL DEFAULT now(),
  claimed_by    text,
  claimed_until timestamptz,
  attempts      integer     NOT NULL DEFAULT 0,
  problem       text,
  UNIQUE (worker, kind, subject)
);
CREATE INDEX work_due ON shop_v3.work (worker, due_at);

CREATE TABLE shop_v3.stock_figures (
  sku        text        PRIMARY KEY,
  available  integer     NOT NULL,
  reserved   integer     NOT NULL,
  updated_at timestamptz NOT NULL
);
