CREATE TYPE status AS ENUM ('done', 'new', 'paid');
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  status status NOT NULL DEFAULT 'new',
  former status,
  CHECK (status <> 'done' OR former IS NOT NULL)
);
CREATE INDEX orders_open ON orders (status) WHERE status <> 'done';
CREATE VIEW open_orders AS SELECT id, status FROM orders WHERE status IN ('new', 'paid');
