-- finds: disable-row-security
ALTER TABLE "funds" DISABLE ROW LEVEL SECURITY;
