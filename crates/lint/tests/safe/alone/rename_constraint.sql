ALTER TABLE funds RENAME CONSTRAINT funds_capital_check TO funds_capital_positive;
