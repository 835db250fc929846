ALTER TABLE funds DROP CONSTRAINT funds_capital_check;
