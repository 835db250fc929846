-- finds: create-partition
CREATE TABLE events_rest PARTITION OF events DEFAULT; INSERT INTO events VALUES (1,'2030-01-01','x'); CREATE TABLE events_2030 PARTITION OF events FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
