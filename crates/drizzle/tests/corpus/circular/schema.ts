// Files that import one another, passed on by an index.
export * from "./users";
export * from "./groups";
export * from "./relations";
export type { User } from "./users";
