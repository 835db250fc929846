-- finds: refresh-materialized-view
REFRESH MATERIALIZED VIEW fund_totals;
