CREATE TYPE status AS ENUM ('new', 'paid', 'shipped');
CREATE TABLE orders (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  status status NOT NULL DEFAULT 'new'
);
