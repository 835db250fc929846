CREATE TABLE funds (
  id bigint PRIMARY KEY,
  kind text NOT NULL CONSTRAINT kinds CHECK (kind IN ('a', 'b')),
  code text,
  CONSTRAINT codes UNIQUE (code)
);
