SELECT name, vintage_year FROM funds;
