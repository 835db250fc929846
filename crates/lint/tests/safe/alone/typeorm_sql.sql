CREATE TABLE "category" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "name" character varying NOT NULL, CONSTRAINT "UQ_23c05c292c439d77b0de816b500" UNIQUE ("name"), CONSTRAINT "PK_9c4e4a89e3674fc9f382d733f03" PRIMARY KEY ("id"));
ALTER TABLE "funds" ADD "category_id" uuid;
ALTER TABLE "funds" ADD CONSTRAINT "FK_a" FOREIGN KEY ("category_id") REFERENCES "category"("id") ON DELETE SET NULL ON UPDATE NO ACTION NOT VALID;
CREATE INDEX CONCURRENTLY "IDX_a" ON "funds" ("category_id");
ALTER TABLE "funds" VALIDATE CONSTRAINT "FK_a";
