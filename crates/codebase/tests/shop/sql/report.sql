-- phone numbers of customers
SELECT c.phone, s.phone FROM customers c JOIN suppliers s ON s.id = c.id; -- USE customers.phone
SELECT phone FROM suppliers;
SELECT date_trunc('day', placed_at), count(*) FROM orders GROUP BY 1; -- USE orders.placed_at
WITH late AS (SELECT id, note FROM orders WHERE placed_at < now()) -- USE orders.note orders.placed_at
SELECT 'note', 'phone' FROM late;
