import * as users from "./users";
import { groups } from "./groups";

export { Named } from "./users";
export const everything = [users.users, groups];
