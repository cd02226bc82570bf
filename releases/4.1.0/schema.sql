-- Data model of release 4.1.0: that of 4.0.0 with
--   * customers.email split into email_local and email_domain, and an index on the domain;
--   * a new table deliveries for the times at which an order was shipped and delivered (a row once one of them is known).

CREATE SCHEMA IF NOT EXISTS shop_v5;

CREATE SEQUENCE shop_v5.customer_id;
CREATE SEQUENCE shop_v5.order_id;
CREATE SEQUENCE shop_v5.promotion_id;
CREATE SEQUENCE shop_v5.shipment_id;
CREATE SEQUENCE shop_v5.review_id;
CREATE SEQUENCE shop_v5.return_id;
CREATE SEQUENCE shop_v5.work_id;

CREATE TABLE shop_v5.customers (
  id            bigint      DEFAULT nextval('shop_v5.customer_id') PRIMARY KEY,
  email_local   text        CHECK (email_local ~ '^[^@A-Z[:space:]]+$'),
  email_domain  text        CHECK (email_domain ~ '^[^@A-Z[:space:]]+$'),
  name          text        NOT NULL,
  phone         text        CHECK (phone ~ '^\+[0-9]{6,15}$'),
  role          text        NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'staff')),
  password_hash text,
  registered_at timestamptz DEFAULT now(),
  originals     jsonb,
  UNIQUE (email_local, email_domain),
  CHECK ((email_local IS NULL) = (email_domain IS NULL))
);
CREATE INDEX customers_email_domain ON shop_v5.customers (email_domain);

CREATE TABLE shop_v5.customer_aliases (
  id            bigint    PRIMARY KEY,
  customer_id   bigint    NOT NULL REFERENCES shop_v5.customers,
  email         text,
  name          text,
  phone         text,
  address       text,
  role          text,
  password_hash text,
  registered    timestamp
);
CREATE INDEX customer_aliases_customer ON shop_v5.customer_aliases (customer_id);

CREATE TABLE shop_v5.customer_addresses (
  customer_id bigint   NOT NULL REFERENCES shop_v5.customers,
  position    smallint NOT NULL CHECK (position > 0),
  street      text     NOT NULL,
  postal_code text,
  city        text,
  originals   jsonb,
  PRIMARY KEY (customer_id, position),
  CHECK ((postal_code IS NULL) = (city IS NULL))
);

CREATE TABLE shop_v5.products (
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

CREATE TABLE shop_v5.stock (
  sku       text    PRIMARY KEY REFERENCES shop_v5.products,
  available integer NOT NULL CHECK (available >= 0),
  originals jsonb
);

CREATE TABLE shop_v5.promotions (
  id            bigint       DEFAULT nextval('shop_v5.promotion_id') PRIMARY KEY,
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

CREATE TABLE shop_v5.orders (
  id              bigint      DEFAULT nextval('shop_v5.order_id') PRIMARY KEY,
  number          text        NOT NULL UNIQUE,
  customer_id     bigint      REFERENCES shop_v5.customers,
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
  closed_at       timestamptz,
  idempotency_key text        UNIQUE,
  note            text,
  originals       jsonb
);
CREATE TABLE shop_v5.deliveries (
  order_id     bigint PRIMARY KEY REFERENCES shop_v5.orders,
  shipped_at   timestamptz,
  delivered_at timestamptz,
  CHECK (shipped_at IS NOT NULL OR delivered_at IS NOT NULL)
);
CREATE INDEX orders_customer ON shop_v5.orders (customer_id, id);
CREATE INDEX orders_placed_at ON shop_v5.orders (placed_at);
CREATE INDEX orders_placed ON shop_v5.orders (placed_at) WHERE status = 'placed';

CREATE TABLE shop_v5.order_lines (
  order_id    bigint   NOT NULL REFERENCES shop_v5.orders,
  position    smallint NOT NULL CHECK (position > 0),
  sku         text     NOT NULL REFERENCES shop_v5.products,
  name        text     NOT NULL,
  quantity    integer  NOT NULL CHECK (quantity > 0),
  price_minor bigint   NOT NULL CHECK (price_minor >= 0),
  PRIMARY KEY (order_id, position)
);

CREATE TABLE shop_v5.payments (
  order_id        bigint PRIMARY KEY REFERENCES shop_v5.orders,
  method          text,
  reference       text,
  state           text CHECK (state IN ('pending', 'authorised', 'captured', 'declined', 'refunding', 'refunded')),
  idempotency_key text
);

CREATE TABLE shop_v5.promotion_redemptions (
  order_id       bigint PRIMARY KEY REFERENCES shop_v5.orders,
  promotion_id   bigint NOT NULL REFERENCES shop_v5.promotions,
  discount_minor bigint NOT NULL CHECK (discount_minor >= 0)
);

CREATE TABLE shop_v5.reservations (
  order_id bigint   NOT NULL REFERENCES shop_v5.orders,
  position smallint NOT NULL,
  sku      text     NOT NULL REFERENCES shop_v5.products,
  quantity integer  NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, position)
);
CREATE INDEX reservations_sku ON shop_v5.reservations (sku) INCLUDE (quantity);

CREATE TABLE shop_v5.stock_movements (
  reference text        NOT NULL,
  position  smallint    NOT NULL,
  sku       text        NOT NULL REFERENCES shop_v5.products,
  kind      text        NOT NULL CHECK (kind IN ('receipt', 'shipment', 'correction')),
  quantity  integer     NOT NULL CHECK (quantity <> 0),
  order_id  bigint      REFERENCES shop_v5.orders,
  at        timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (reference, position),
  CHECK ((kind = 'shipment') = (order_id IS NOT NULL)),
  CHECK (kind <> 'shipment' OR quantity < 0)
);
CREATE INDEX stock_movements_sku ON shop_v5.stock_movements (sku) INCLUDE (quantity);

CREATE TABLE shop_v5.shipments (
  id              bigint      DEFAULT nextval('shop_v5.shipment_id') PRIMARY KEY,
  order_id        bigint      NOT NULL UNIQUE REFERENCES shop_v5.orders,
  carrier         text        NOT NULL,
  tracking_number text,
  status          text        NOT NULL CHECK (status IN ('announced', 'picked-up', 'in-transit', 'out-for-delivery', 'delivered')),
  created_at      timestamptz DEFAULT now(),
  updated_at      timestamptz DEFAULT now(),
  originals       jsonb
);

CREATE TABLE shop_v5.shipment_events (
  shipment_id bigint         NOT NULL REFERENCES shop_v5.shipments,
  position    smallint       NOT NULL CHECK (position > 0),
  at          timestamptz(0) NOT NULL,
  status      text           NOT NULL CHECK (status IN ('announced', 'picked-up', 'in-transit', 'out-for-delivery', 'delivered')),
  location    text           CHECK (location <> ''),
  PRIMARY KEY (shipment_id, position)
);

CREATE TABLE shop_v5.reviews (
  id          bigint      DEFAULT nextval('shop_v5.review_id') PRIMARY KEY,
  order_id    bigint      NOT NULL REFERENCES shop_v5.orders,
  customer_id bigint      REFERENCES shop_v5.customers,
  sku         text        NOT NULL REFERENCES shop_v5.products,
  rating      smallint    NOT NULL CHECK (rating BETWEEN 1 AND 5),
  text        text        NOT NULL,
  created_at  timestamptz DEFAULT now(),
  originals   jsonb
);
CREATE INDEX reviews_order ON shop_v5.reviews (order_id);
CREATE INDEX reviews_sku ON shop_v5.reviews (sku);

CREATE TABLE shop_v5.returns (
  id           bigint      DEFAULT nextval('shop_v5.return_id') PRIMARY KEY,
  order_id     bigint      NOT NULL REFERENCES shop_v5.orders,
  customer_id  bigint      REFERENCES shop_v5.customers,
  sku          text        NOT NULL REFERENCES shop_v5.products,
  quantity     integer     NOT NULL CHECK (quantity > 0),
  reason       text        NOT NULL,
  status       text        NOT NULL DEFAULT 'requested' CHECK (status IN ('requested', 'accepted', 'refunded', 'rejected')),
  refund_minor bigint      NOT NULL DEFAULT 0 CHECK (refund_minor >= 0),
  currency     char(3)     NOT NULL DEFAULT 'EUR',
  created_at   timestamptz DEFAULT now(),
  originals    jsonb
);
CREATE INDEX returns_order ON shop_v5.returns (order_id);

CREATE TABLE shop_v5.work (
  id            bigint      DEFAULT nextval('shop_v5.work_id') PRIMARY KEY,
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
CREATE INDEX work_due ON shop_v5.work (worker, due_at);
