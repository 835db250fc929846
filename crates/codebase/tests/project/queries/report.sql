-- vintage_year of funds in a comment
SELECT f.vintage_year AS year, p.name -- USE funds.vintage_year
FROM funds AS f JOIN positions p ON p.fund_id = f.id;
SELECT name FROM auth.users;
SELECT 'name of funds' FROM positions;
CREATE VIEW v AS SELECT name FROM funds; -- USE funds.name
CREATE TABLE funds (name text, vintage_year int);
ALTER TABLE funds ADD COLUMN name text;
