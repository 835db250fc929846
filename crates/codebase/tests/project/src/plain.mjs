const { funds } = require("./db/schema");
export const names = (db) => db.select({ a: funds.name }).from(funds); // USE funds.name
