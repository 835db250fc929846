CREATE TABLE log (id bigint NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE log_2025 PARTITION OF log FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE log_2024 (id bigint NOT NULL, at date NOT NULL, kind text, PRIMARY KEY (id, at));
