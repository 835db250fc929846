//! Random statements about one table: what hangs on it, and what refers to other tables.

use crate::random::Random;
use crate::table::{NAMES, Table, quoted};

/// A statement with `<<t>>` for the table and `<<n>>` for a name.
pub(crate) fn random(random: &mut Random, table: &Table) -> String {
    match random.below(7) {
        0 | 1 => index(random, table),
        2 | 3 => constraint(random, table),
        4 => foreign_key(random, table),
        5 => hanging(random, table),
        _ => setting(random, table),
    }
}

fn index(random: &mut Random, table: &Table) -> String {
    let (a, b) = (table.any_column(random), table.any_column(random));
    match random.below(14) {
        0 => format!("CREATE INDEX <<n>> ON <<t>> ({a}, {b} DESC NULLS LAST)"),
        1 => format!("CREATE UNIQUE INDEX <<n>> ON <<t>> (id, {a}) INCLUDE ({b})"),
        2 => format!("CREATE INDEX <<n>> ON <<t>> (({a}::text)) WHERE {b} IS NOT NULL"),
        3 => format!("CREATE INDEX <<n>> ON <<t>> USING gin ({a})"),
        4 => format!("CREATE INDEX <<n>> ON <<t>> USING hash ({a})"),
        5 => format!("CREATE INDEX <<n>> ON <<t>> (lower({a}::text) COLLATE \"C\", id)"),
        6 => format!("CREATE INDEX <<n>> ON <<t>> USING brin ({a}, id) WITH (pages_per_range = 4)"),
        7 => format!("CREATE INDEX <<n>> ON <<t>> USING spgist ({a})"),
        8 => format!("CREATE INDEX <<n>> ON <<t>> ({a} text_pattern_ops DESC) WITH (fillfactor = 50)"),
        9 => format!("CREATE INDEX <<n>> ON <<t>> USING gin ({a} jsonb_path_ops)"),
        10 => format!("CREATE INDEX <<n>> ON <<t>> ({a} COLLATE public.ci, (id + public.f(2)) DESC NULLS LAST)"),
        11 => format!("CREATE UNIQUE INDEX <<n>> ON <<t>> (id, {a}) NULLS NOT DISTINCT"),
        12 => format!("CREATE INDEX <<n>> ON <<t>> USING gist ({a} tsvector_ops (siglen = 100))"),
        _ => "CREATE INDEX <<n>> ON <<t>> (id) WHERE id > 10 AND id % 2 = 0; COMMENT ON INDEX public.<<n>> IS 'an index'"
            .to_owned(),
    }
}

fn constraint(random: &mut Random, table: &Table) -> String {
    let (a, b) = (table.any_column(random), table.any_column(random));
    let demand = match random.below(15) {
        0 => format!("CHECK ({a} IS NOT NULL OR id > 0)"),
        1 => format!("CHECK ({a} IN ('a', 'b', 'c'))"),
        2 => "CHECK (public.f(id::integer) > 0) NOT VALID".to_owned(),
        3 => format!("UNIQUE (id, {a}) DEFERRABLE INITIALLY DEFERRED"),
        4 => format!("EXCLUDE USING gist ({a} WITH &&)"),
        5 => format!("EXCLUDE USING gist ({a} WITH &&) WHERE (id > 3) DEFERRABLE"),
        6 => format!("EXCLUDE (id WITH =, {a} WITH =) INCLUDE ({b})"),
        7 => format!("CHECK ({a}::text <> 'it''s {{}}') NOT ENFORCED"),
        8 if !table.has_children() => format!("NOT NULL {a} NOT VALID"),
        9 => format!("UNIQUE NULLS NOT DISTINCT (id, {a}) INCLUDE ({b})"),
        10 => format!("UNIQUE ({a}, {b} WITHOUT OVERLAPS)"),
        11 => "CHECK (id BETWEEN 1 AND 1000 AND id NOT IN (5, 6)) NO INHERIT".to_owned(),
        12 => format!("CHECK (CASE WHEN {a} IS NULL THEN id > 5 ELSE true END)"),
        13 => format!("CHECK ({a}::text ~ E'^\\\\d+$' AND length({b}::text) < 9)"),
        _ => format!("CHECK (({a} IS NULL) = ({b} IS NULL))"),
    };
    let comment = if random.one_in(5) { "; COMMENT ON CONSTRAINT <<n>> ON <<t>> IS 'why'" } else { "" };
    format!("ALTER TABLE <<t>> ADD CONSTRAINT <<n>> {demand}{comment}")
}

fn foreign_key(random: &mut Random, table: &Table) -> String {
    let a = table.any_column(random);
    let schema = if random.one_in(6) { "\"Odd \"\"Schema\"" } else { "public" };
    let other = format!("{schema}.{}", quoted(NAMES[random.below(NAMES.len())]));
    let demand = match random.below(8) {
        0 | 1 => format!("FOREIGN KEY (id) REFERENCES {other} ON DELETE CASCADE"),
        2 => format!("FOREIGN KEY ({a}) REFERENCES {other} ON UPDATE SET NULL"),
        3 => format!("FOREIGN KEY ({a}) REFERENCES <<t>> DEFERRABLE"),
        4 => format!("FOREIGN KEY (id) REFERENCES {other} (id) MATCH FULL ON DELETE RESTRICT NOT VALID"),
        5 => format!("FOREIGN KEY (id, {a}) REFERENCES {other} (id, {a}) ON DELETE SET NULL ({a})"),
        6 => format!("FOREIGN KEY (id) REFERENCES {other} (id) NOT ENFORCED"),
        _ => format!(
            "FOREIGN KEY (id) REFERENCES {other} (id) ON DELETE SET DEFAULT DEFERRABLE INITIALLY DEFERRED"
        ),
    };
    format!("ALTER TABLE <<t>> ADD CONSTRAINT <<n>> {demand}")
}

/// Triggers, policies and rules.
fn hanging(random: &mut Random, table: &Table) -> String {
    let (a, b) = (table.any_column(random), table.any_column(random));
    let call = "EXECUTE FUNCTION public.touch()";
    match random.below(13) {
        0 => format!(
            "CREATE TRIGGER <<n>> BEFORE UPDATE OF {a} ON <<t>> FOR EACH ROW WHEN (OLD.{b} IS DISTINCT FROM NEW.{b}) {call}"
        ),
        1 => format!("CREATE TRIGGER <<n>> AFTER INSERT ON <<t>> REFERENCING NEW TABLE AS \"New {{}}\" FOR EACH STATEMENT {call}"),
        2 => format!("CREATE CONSTRAINT TRIGGER <<n>> AFTER DELETE ON <<t>> DEFERRABLE INITIALLY DEFERRED FOR EACH ROW {call}"),
        3 => format!("CREATE TRIGGER <<n>> BEFORE TRUNCATE ON <<t>> {call}; ALTER TABLE <<t>> DISABLE TRIGGER <<n>>"),
        4 => "CREATE TRIGGER <<n>> AFTER UPDATE ON <<t>> FOR EACH ROW EXECUTE FUNCTION public.touch('it''s', '\\x'); \
             ALTER TABLE <<t>> ENABLE ALWAYS TRIGGER <<n>>; COMMENT ON TRIGGER <<n>> ON <<t>> IS 'fires'"
            .to_owned(),
        5 => format!("CREATE POLICY <<n>> ON <<t>> FOR SELECT USING ({a} IS NOT NULL)"),
        6 => format!("CREATE POLICY <<n>> ON <<t>> AS RESTRICTIVE FOR ALL USING (id > 0) WITH CHECK ({b} IS NOT NULL)"),
        7 => format!("CREATE POLICY <<n>> ON <<t>> FOR INSERT TO pg_monitor, pg_signal_backend WITH CHECK ({a}::text <> CURRENT_USER)"),
        8 => "CREATE POLICY <<n>> ON <<t>> FOR DELETE TO PUBLIC USING (id IN (SELECT 3)); COMMENT ON POLICY <<n>> ON <<t>> IS 'p'".to_owned(),
        9 => format!("CREATE RULE <<n>> AS ON DELETE TO <<t>> WHERE OLD.{a} IS NULL DO INSTEAD NOTHING"),
        10 => "CREATE RULE <<n>> AS ON UPDATE TO <<t>> DO ALSO NOTIFY \"it's\"".to_owned(),
        11 => "CREATE POLICY <<n>> ON <<t>> FOR UPDATE USING (public.f(id::integer) > 0)".to_owned(),
        _ => format!("CREATE TRIGGER <<n>> AFTER INSERT OR DELETE ON <<t>> FOR EACH ROW {call}"),
    }
}

fn setting(random: &mut Random, table: &Table) -> String {
    let a = table.any_column(random);
    match random.below(10) {
        0 => "ALTER TABLE <<t>> ENABLE ROW LEVEL SECURITY".to_owned(),
        1 => "ALTER TABLE <<t>> ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY".to_owned(),
        2 => "COMMENT ON TABLE <<t>> IS E'a \"table\" with \\\\ and ''quotes''\\nand lines'".to_owned(),
        3 => "ALTER TABLE <<t>> REPLICA IDENTITY FULL".to_owned(),
        4 => "ALTER TABLE <<t>> REPLICA IDENTITY NOTHING".to_owned(),
        5 => "ALTER TABLE <<t>> SET (autovacuum_vacuum_scale_factor = 0.05, parallel_workers = 2)".to_owned(),
        6 => format!("ALTER TABLE <<t>> ALTER COLUMN {a} SET DEFAULT NULL"),
        7 => format!("ALTER TABLE <<t>> ALTER COLUMN {a} SET STORAGE PLAIN"),
        8 => "COMMENT ON COLUMN <<t>>.id IS 'the key'".to_owned(),
        _ => format!("ALTER TABLE <<t>> ALTER COLUMN {a} SET NOT NULL"),
    }
}
