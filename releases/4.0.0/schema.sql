-- Data model of release 4.0.0.
--
-- Money is an integer in minor units (cents) beside its currency; times are timestamptz; stock is kept in real time.
--
-- How it relates to the model of 3.2.0 (schema shop_v3)
-- =====================================================
-- Every row here is a function of ONE row there, and the old row can be written again from the rows here:
--
--   old row                 rows here
--   customers               customers + customer_addresses (position 1), or customer_aliases when it is a duplicate
--   products                products + stock
--   promotions              promotions
--   orders                  orders + order_lines + payments + promotion_redemptions, and for each line a row of
--                           reservations (order placed or paid) or of stock_movements (shipped, delivered, returned)
--   shipments               shipments + shipment_events
--   reviews, after_sales    reviews, returns
--   work                    work, column by column
--   stock_figures           none: a cache
--
-- Keys are the same on both sides, so sequences have the same names and one of each pair must feed both
-- (DEFAULT nextval(...) here can be pointed at the sequence of the old model). Code never names a sequence.
--
-- Cleaned values remember their original. Below, "cleaned" means: a canonical value is stored here; when writing it
-- backward would not give the old value again, the old value is kept in `originals` under the name of the old column, as text
-- or null: {"phone": "0170/1234567", "currency": null}. NULL means nothing was cleaned. So backward is always
--     CASE WHEN originals ? 'phone' THEN originals->>'phone' ELSE phone END
-- Release 4.0.0 removes the key when it gives the value anew (originals - 'phone').
-- Times: forward  t AT TIME ZONE 'Europe/Berlin', backward the same. The hour that happens twice reads as the second one, so a
-- time is only written forward when the old column itself changes; else an instant known exactly here would lose an hour.
-- Old times in the hour that never happened do not come back, and are remembered like any cleaned value.
-- Money: forward round(x * 100), backward x / 100.0 with two decimals.
--
-- customers      one row a person. Old rows with the same cleaned e-mail are one person: the lowest id stays and is the id here.
--   email          cleaned: lower(btrim), "mailto:" off, " (at) " to "@"; nonsense and empty become NULL. NULL is never a duplicate.
--   name           btrim, NULL becomes ''                       phone  cleaned to E.164 (+49 when national); nonsense NULL
--   role           old NULL and '' are 'customer'               password_hash, registered_at <- password_hash, registered
-- customer_aliases   the merged duplicates: id is the old id, all other columns are the old row word for word (local time too).
--                Release 4.0.0 logs a person in to the account 3.2.0 would have found. What a merged account makes belongs to the person
--                and keeps originals.customer_id = the account, so that 3.2.0 shows it to the same account (orders, reviews, returns).
-- customer_addresses position 1 is old customers.address, parsed "street, postal_code city". Backward, with no postal_code: street.
--                    What does not parse is street as a whole. No row when the old address is NULL or blank.
-- products       price_minor cleaned (NULL or negative: 0 and not active)   currency 'EUR'   active: old NULL, 'yes' true; 'no' false
--   originals      for name, price, active, created, updated
-- stock          available = old products.stock, cleaned (NULL or negative: 0, remembered here). Reserved = sum(reservations).
--                on hand = available + reserved; initial stock = on hand - sum(stock_movements).
--                So old stock = initial + movements - reservations. What 3.2.0 does to its number counts as initial stock.
-- promotions     code = upper(btrim(code)), unique (lowest id stays, later ones with the same code are never used and are set aside);
--                kind percent: percent; kind amount: amount_minor. minimum_minor <- minimum (NULL: 0). starts_at, ends_at <- valid_from, valid_to
-- orders         id, number, note, idempotency_key, contact_name, contact_email, contact_phone, ship_to: copied word for word
--                (from number, …, customer_name, customer_email, customer_phone, ship_to)
--   customer_id    the old id, or the person it was merged into, or NULL when there is none;  originals.customer_id when it differs
--   currency       cleaned: NULL, '', '€' are 'EUR'             discount_minor, total_minor <- discount (NULL: 0), total
--   status         cleaned, spellings as listed in the old model
--   placed_at, paid_at, shipped_at, delivered_at, closed_at <- created, paid, shipped, delivered, closed
--   originals      also for "lines" (when the canonical text of the lines is not the old text) and "promotion" (typed otherwise, or unknown)
-- order_lines    position from 1, in the order of the JSON; sku, name, quantity, price_minor <- sku, name, qty, price.
--                Canonical text backward: '[' || string_agg(format('{"sku":%s,"name":%s,"qty":%s,"price":"%s"}', to_json(sku), to_json(name),
--                quantity, round(price_minor / 100.0, 2)), ',' ORDER BY position) || ']'
-- payments       a row when old payment_method or payment_state is not NULL. method, reference, state, idempotency_key <-
--                payment_method, payment_reference, payment_state, payment_key. amount = total of the order.
-- promotion_redemptions   a row when the old code is a known promotion; discount_minor = that of the order.
-- reservations   a row a line while the order is placed or paid. Released and used reservations are deleted: the order says which.
-- stock_movements  kind shipment: a row a line once the order is shipped, delivered or returned: quantity negative, reference = order
--                number, position = line, at = shipped_at or else delivered_at, placed_at. Kinds receipt and correction: no counterpart but `available`.
-- shipments      order_id <- order_number;  tracking_number <- tracking;  status, carrier, created_at, updated_at;  a second one for the
--                same order, or one without a known order, is set aside. originals also for "events".
-- shipment_events  position from 1 <- lines of events; at (whole seconds), status, location ('' is NULL)
-- reviews        order_id <- order_number; customer_id as in orders; rating 1–5, else set aside; text NULL becomes ''
-- returns        <- after_sales; refund_minor <- refund (NULL: 0); status requested, accepted, refunded, rejected (NULL: requested)
-- work           the same columns and the same rows.
--
-- Writes of release 4.0.0: an order is one statement that inserts order, lines, reservations and redemption together, after one that
-- lowers stock.available, in one transaction. Payments, states, shipments and their events follow in transactions of their own.
-- Deleted are rows of work and of reservations, nothing else. An order never changes its lines, amounts, promotion or customer.

CREATE SCHEMA IF NOT EXISTS shop_v4;

CREATE SEQUENCE shop_v4.customer_id;
CREATE SEQUENCE shop_v4.order_id;
CREATE SEQUENCE shop_v4.promotion_id;
CREATE SEQUENCE shop_v4.shipment_id;
CREATE SEQUENCE shop_v4.review_id;
CREATE SEQUENCE shop_v4.return_id;
CREATE SEQUENCE shop_v4.work_id;

CREATE TABLE shop_v4.customers (
  id            bigint      DEFAULT nextval('shop_v4.customer_id') PRIMARY KEY,
  email         text        UNIQUE CHECK (email ~ '^[^@A-Z[:space:]]+@[^@A-Z[:space:]]+$'),
  name          text        NOT NULL,
  phone         text        CHECK (phone ~ '^\+[0-9]{6,15}$'),
  role          text        NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'staff')),
  password_hash text,
  registered_at timestamptz DEFAULT now(),
  originals     jsonb
);

CREATE TABLE shop_v4.customer_aliases (
  id            bigint    PRIMARY KEY,
  customer_id   bigint    NOT NULL REFERENCES shop_v4.customers,
  email         text,
  name          text,
  phone         text,
  address       text,
  role          text,
  password_hash text,
  registered    timestamp
);
CREATE INDEX customer_aliases_customer ON shop_v4.customer_aliases (customer_id);

CREATE TABLE shop_v4.customer_addresses (
  customer_id bigint   NOT NULL REFERENCES shop_v4.customers,
  position    smallint NOT NULL CHECK (position > 0),
  street      text     NOT NULL,
  postal_code text,
  city        text,
  originals   jsonb,
  PRIMARY KEY (customer_id, position),
  CHECK ((postal_code IS NULL) = (city IS NULL))
);

CREATE TABLE shop_v4.products (
  sku         text        PRIMARY KEY,
  name        text        NOT NULL,
  category    text,
  description text,
  price_minor bigint      NOT NULL CHECK (price_minor >= 0),
  currency    char(3)     NOT NULL DEFAULT 'EUR',
  active      boolean     NOT NULL DEFAULT true,
  created_at  timestamptz DEFAULT now(),
  updated_at  timestamptz DEFAULT now(),
  originals   jsonb,
  CHECK (price_minor > 0 OR NOT active)
);

CREATE TABLE shop_v4.stock (
  sku       text    PRIMARY KEY REFERENCES shop_v4.products,
  available integer NOT NULL CHECK (available >= 0),
  originals jsonb
);

CREATE TABLE shop_v4.promotions (
  id            bigint       DEFAULT nextval('shop_v4.promotion_id') PRIMARY KEY,
  code          text         NOT NULL UNIQUE CHECK (code = upper(btrim(code)) AND code <> ''),
  description   text,
  kind          text         NOT NULL CHECK (kind IN ('percent', 'amount')),
  percent       numeric(5,2) CHECK (percent > 0 AND percent <= 100),
  amount_minor  bigint       CHECK (amount_minor > 0),
  currency      char(3)      NOT NULL DEFAULT 'EUR',
  minimum_minor bigint       NOT NULL DEFAULT 0 CHECK (minimum_minor >= 0),
  starts_at     timestamptz,
  ends_at       timestamptz,
  originals     jsonb,
  CHECK (CASE kind WHEN 'percent' THEN percent IS NOT NULL AND amount_minor IS NULL ELSE amount_minor IS NOT NULL AND percent IS NULL END)
);

CREATE TABLE shop_v4.orders (
  id              bigint      DEFAULT nextval('shop_v4.order_id') PRIMARY KEY,
  number          text        NOT NULL UNIQUE,
  customer_id     bigint      REFERENCES shop_v4.customers,
  contact_name    text,
  contact_email   text,
  contact_phone   text,
  ship_to         text,
  currency        char(3)     NOT NULL DEFAULT 'EUR',
  discount_minor  bigint      NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
  total_minor     bigint      NOT NULL CHECK (total_minor >= 0),
  status          text        NOT NULL CHECK (status IN ('placed', 'paid', 'shipped', 'delivered', 'cancelled', 'expired', 'returned')),
  placed_at       timestamptz NOT NULL DEFAULT now(),
  paid_at         timestamptz,
  shipped_at      timestamptz,
  delivered_at    timestamptz,
  closed_at       timestamptz,
  idempotency_key text        UNIQUE,
  note            text,
  originals       jsonb
);
CREATE INDEX orders_customer ON shop_v4.orders (customer_id, id);
CREATE INDEX orders_placed_at ON shop_v4.orders (placed_at);
CREATE INDEX orders_placed ON shop_v4.orders (placed_at) WHERE status = 'placed';

CREATE TABLE shop_v4.order_lines (
  order_id    bigint   NOT NULL REFERENCES shop_v4.orders,
  position    smallint NOT NULL CHECK (position > 0),
  sku         text     NOT NULL REFERENCES shop_v4.products,
  name        text     NOT NULL,
  quantity    integer  NOT NULL CHECK (quantity > 0),
  price_minor bigint   NOT NULL CHECK (price_minor >= 0),
  PRIMARY KEY (order_id, position)
);

CREATE TABLE shop_v4.payments (
  order_id        bigint PRIMARY KEY REFERENCES shop_v4.orders,
  method          text,
  reference       text,
  state           text CHECK (state IN ('pending', 'authorised', 'captured', 'declined', 'refunding', 'refunded')),
  idempotency_key text
);

CREATE TABLE shop_v4.promotion_redemptions (
  order_id       bigint PRIMARY KEY REFERENCES shop_v4.orders,
  promotion_id   bigint NOT NULL REFERENCES shop_v4.promotions,
  discount_minor bigint NOT NULL CHECK (discount_minor >= 0)
);

CREATE TABLE shop_v4.reservations (
  order_id bigint   NOT NULL REFERENCES shop_v4.orders,
  position smallint NOT NULL,
  sku      text     NOT NULL REFERENCES shop_v4.products,
  quantity integer  NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, position)
);
CREATE INDEX reservations_sku ON shop_v4.reservations (sku) INCLUDE (quantity);

CREATE TABLE shop_v4.stock_movements (
  reference text        NOT NULL,
  position  smallint    NOT NULL,
  sku       text        NOT NULL REFERENCES shop_v4.products,
  kind      text        NOT NULL CHECK (kind IN ('receipt', 'shipment', 'correction')),
  quantity  integer     NOT NULL CHECK (quantity <> 0),
  order_id  bigint      REFERENCES shop_v4.orders,
  at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (reference, position),
  CHECK ((kind = 'shipment') = (order_id IS NOT NULL)),
  CHECK (kind <> 'shipment' OR quantity < 0)
);
CREATE INDEX stock_movements_sku ON shop_v4.stock_movements (sku) INCLUDE (quantity);

CREATE TABLE shop_v4.shipments (
  id              bigint      DEFAULT nextval('shop_v4.shipment_id') PRIMARY KEY,
  order_id        bigint      NOT NULL UNIQUE REFERENCES shop_v4.orders,
  carrier         text        NOT NULL,
  tracking_number text,
  status          text        NOT NULL CHECK (status IN ('announced', 'picked-up', 'in-transit', 'out-for-delivery', 'delivered')),
  created_at      timestamptz DEFAULT now(),
  updated_at      timestamptz DEFAULT now(),
  originals       jsonb
);

CREATE TABLE shop_v4.shipment_events (
  shipment_id bigint         NOT NULL REFERENCES shop_v4.shipments,
  position    smallint       NOT NULL CHECK (position > 0),
  at          timestamptz(0) NOT NULL,
  status      text           NOT NULL CHECK (status IN ('announced', 'picked-up', 'in-transit', 'out-for-delivery', 'delivered')),
  location    text           CHECK (location <> ''),
  PRIMARY KEY (shipment_id, position)
);

CREATE TABLE shop_v4.reviews (
  id          bigint      DEFAULT nextval('shop_v4.review_id') PRIMARY KEY,
  order_id    bigint      NOT NULL REFERENCES shop_v4.orders,
  customer_id bigint      REFERENCES shop_v4.customers,
  sku         text        NOT NULL REFERENCES shop_v4.products,
  rating      smallint    NOT NULL CHECK (rating BETWEEN 1 AND 5),
  text        text        NOT NULL,
  created_at  timestamptz DEFAULT now(),
  originals   jsonb
);
CREATE INDEX reviews_order ON shop_v4.reviews (order_id);
CREATE INDEX reviews_sku ON shop_v4.reviews (sku);

CREATE TABLE shop_v4.returns (
  id           bigint      DEFAULT nextval('shop_v4.return_id') PRIMARY KEY,
  order_id     bigint      NOT NULL REFERENCES shop_v4.orders,
  customer_id  bigint      REFERENCES shop_v4.customers,
  sku          text        NOT NULL REFERENCES shop_v4.products,
  quantity     integer     NOT NULL CHECK (quantity > 0),
  reason       text        NOT NULL,
  status       text        NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'accepted', 'refunded', 'rejected')),
  refund_minor bigint      NOT NULL DEFAULT 0 CHECK (refund_minor >= 0),
  currency     char(3)     NOT NULL DEFAULT 'EUR',
  created_at   timestamptz DEFAULT now(),
  originals    jsonb
);
CREATE INDEX returns_order ON shop_v4.returns (order_id);

CREATE TABLE shop_v4.work (
  id            bigint      DEFAULT nextval('shop_v4.work_id') PRIMARY KEY,
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
CREATE INDEX work_due ON shop_v4.work (worker, due_at);
