-- CreateTable
CREATE TABLE "_FundToTag" ("A" bigint NOT NULL, "B" INTEGER NOT NULL, CONSTRAINT "_FundToTag_AB_pkey" PRIMARY KEY ("A","B"));
-- CreateTable
CREATE TABLE "Tag" ("id" SERIAL NOT NULL, CONSTRAINT "Tag_pkey" PRIMARY KEY ("id"));
-- CreateIndex
CREATE INDEX "_FundToTag_B_index" ON "_FundToTag"("B");
-- AddForeignKey
ALTER TABLE "_FundToTag" ADD CONSTRAINT "_FundToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "funds"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- AddForeignKey
ALTER TABLE "_FundToTag" ADD CONSTRAINT "_FundToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;
