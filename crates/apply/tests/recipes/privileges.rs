//! What no schema tells of views and routines that go and come again: who owns them, and who may do what.

use model::PhaseName::Contract;

use crate::world::World;

/// Roles belong to the whole server.
fn of_process(sql: &str) -> String {
    sql.replace("$n", &std::process::id().to_string())
}

const ROLES: &str = "CREATE ROLE views_owner_$n; CREATE ROLE views_reader_$n; CREATE ROLE views_clerk_$n;
    GRANT CREATE, USAGE ON SCHEMA public TO views_owner_$n; GRANT SELECT ON funds TO views_owner_$n;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO views_clerk_$n;
    GRANT SELECT ON big TO views_reader_$n; GRANT UPDATE (name), SELECT (name) ON big TO views_clerk_$n WITH GRANT OPTION;
    ALTER VIEW big OWNER TO views_owner_$n;
    REVOKE ALL ON FUNCTION twice(bigint, text) FROM PUBLIC; GRANT EXECUTE ON FUNCTION twice(bigint, text) TO views_reader_$n;
    ALTER FUNCTION twice(bigint, text) OWNER TO views_owner_$n";

const SCHEMA: &str = "CREATE TABLE funds (id bigint PRIMARY KEY, name text, size integer);
    CREATE FUNCTION twice(it bigint, what text DEFAULT 'a') RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2';
    CREATE VIEW big AS SELECT id, name, size, twice(id) AS two FROM funds WHERE size > 3";

/// What is granted, whatever the order in which it was.
const GRANTED: &str = "SELECT string_agg(g.line, E'\n' ORDER BY g.line) FROM (
    SELECT concat_ws(' ', c.relname, pg_get_userbyid(c.relowner), pg_get_userbyid(a.grantee), a.privilege_type, a.is_grantable) AS line
      FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = 'public.big'::regclass
    UNION ALL SELECT concat_ws(' ', t.attname, pg_get_userbyid(a.grantee), a.privilege_type, a.is_grantable)
      FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = 'public.big'::regclass
    UNION ALL SELECT concat_ws(' ', p.proname, pg_get_userbyid(p.proowner), a.grantee, a.privilege_type)
      FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE p.proname = 'twice') AS g";

/// In place, by a second column, with a rename, and by an object of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_and_comes_again_keeps_its_owner_and_privileges() {
    let retyped = SCHEMA.replace("size integer", "size bigint");
    let ways: [(&str, u32, String, &[&str]); 4] = [
        ("in place", 300, retyped.clone(), &[]),
        ("by a second column", 6_000, retyped, &[]),
        ("renamed", 300, SCHEMA.replace("size", "cents"), &["public.funds.size=public.funds.cents"]),
        ("of itself", 300, SCHEMA.replace("RETURNS integer", "RETURNS bigint"), &[]),
    ];
    for (at, (way, rows, after, renames)) in ways.iter().enumerate() {
        let majors = testkit::majors();
        let major = majors[at % majors.len()];
        let rows = format!("INSERT INTO funds SELECT n, n, n FROM generate_series(1, {rows}) n");
        let world = World::new(major, SCHEMA, &rows, after, renames).await;
        let database = &world.database;
        database.run(&format!("SET search_path = public; {}", of_process(ROLES))).await;
        let granted = database.ask(GRANTED).await;
        let told = format!("{way} on {major}\n{}", plan::review::review(&world.plan));
        assert_eq!(world.apply(Contract).await.arrived, Some(true), "{told}");
        assert_eq!(database.ask(GRANTED).await, granted, "{told}");
        assert_eq!(world.roll_back(None).await.arrived, Some(true), "{told}");
        assert_eq!(database.ask(GRANTED).await, granted, "and back, {told}");
        database.run(&of_process("DROP OWNED BY views_owner_$n, views_reader_$n, views_clerk_$n CASCADE; DROP ROLE views_owner_$n, views_reader_$n, views_clerk_$n")).await;
    }
}
