-- The least a role needs to use a team's memory once its owner has opened it for the first time.
-- Run as the owner; replace lockkeeper_user by the role's name.
GRANT USAGE ON SCHEMA lockkeeper_memory TO lockkeeper_user;
GRANT SELECT ON lockkeeper_memory.version TO lockkeeper_user;
-- DELETE is for `memory forget`; leave it out for roles that may not.
GRANT SELECT, INSERT, DELETE ON lockkeeper_memory.entry TO lockkeeper_user;
GRANT SELECT, INSERT, UPDATE, DELETE ON lockkeeper_memory.document TO lockkeeper_user;
