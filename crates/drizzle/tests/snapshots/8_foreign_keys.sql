CREATE TABLE "badges" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	"owner_id" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "people" (
	"id" serial PRIMARY KEY,
	"manager_id" integer,
	"team_id" integer DEFAULT 1,
	"mentor_id" integer,
	"region" text,
	"code" text,
	"backup" integer
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"id" serial PRIMARY KEY,
	"region" text NOT NULL,
	"code" text NOT NULL,
	CONSTRAINT "teams_region_code" UNIQUE("region","code")
);
--> statement-breakpoint
ALTER TABLE "badges" ADD CONSTRAINT "badges_owner_id_people_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "people"("id") ON DELETE CASCADE ON UPDATE RESTRICT;
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_manager_id_people_id_fkey" FOREIGN KEY ("manager_id") REFERENCES "people"("id") ON DELETE SET NULL;
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_team_id_teams_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE SET DEFAULT ON UPDATE SET NULL;
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_backup_teams_id_fkey" FOREIGN KEY ("backup") REFERENCES "teams"("id");
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_mentor" FOREIGN KEY ("mentor_id") REFERENCES "people"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "people" ADD CONSTRAINT "people_region_code_teams_region_code_fkey" FOREIGN KEY ("region","code") REFERENCES "teams"("region","code") ON DELETE RESTRICT ON UPDATE CASCADE;
