CREATE VIEW "public"."open_funds" AS (select "id", "name" from "funds" where "state" = 'open');
