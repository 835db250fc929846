COMMENT ON TABLE funds IS 'pools of money';
COMMENT ON COLUMN funds.name IS 'as printed';
