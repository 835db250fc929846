#!/usr/bin/env python3
"""Lockkeeper beside drizzle-kit on projects of several sizes: CPU seconds, wall seconds and peak memory, one run.

    bench.py LOCKKEEPER POSTGRES_URL [TABLES...]        (default 10 100 1000)

Needs psql, node, and `npm ci` done in `zero` and `one` beside this file. Makes databases named lockkeeper_bench_… on
the server and drops them. CPU is that of a command and of the processes it waited for, without the server's; a
throwaway server that Lockkeeper starts is counted while it starts, and its wall time is in Lockkeeper's.
Where everything in the project is known no throwaway server is started at all. `push` is run against a database that needs nothing; above 100 tables drizzle-kit 0.x is left out of it (minutes).
"""
import os, pathlib, subprocess, sys, tempfile, time

HERE = pathlib.Path(__file__).resolve().parent
KIT = ["node", "node_modules/drizzle-kit/bin.cjs"]


def schema(tables):
    lines = ['import { pgTable, bigint, varchar, text, numeric, timestamp, jsonb, index, uniqueIndex, check } from "drizzle-orm/pg-core";',
             'import { sql } from "drizzle-orm";']
    for at in range(tables):
        owner = f".references(() => t{at - 1}.id)" if at else ""
        lines.append(
            f'export const t{at} = pgTable("t{at}", {{\n'
            '  id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),\n'
            '  name: varchar("name", { length: 200 }).notNull(),\n  slug: text("slug").unique(),\n'
            '  state: text("state").notNull().default("draft"),\n  amount: numeric("amount", { precision: 12, scale: 2 }),\n'
            '  body: jsonb("body"),\n  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),\n'
            f'  ownerId: bigint("owner_id", {{ mode: "number" }}){owner},\n}}, (t) => [\n'
            f'  index("t{at}_name").on(t.name), uniqueIndex("t{at}_open").on(t.ownerId, t.slug).where(sql`state <> \'closed\'`),\n'
            f'  check("t{at}_state", sql`state in (\'draft\', \'open\', \'closed\')`),\n]);')
    return "\n".join(lines) + "\n"


def measured(command, folder, environment):
    """(cpu s, wall s, peak MB, exit code) of a command."""
    begun = time.monotonic()
    with open(folder / "said.txt", "w") as said:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code:
        print(f"{' '.join(map(str, command))} failed:", (folder / "said.txt").read_text()[-400:], file=sys.stderr)
    return usage.ru_utime + usage.ru_stime, time.monotonic() - begun, usage.ru_maxrss / 1024, code


def psql(url, *arguments, text=None):
    done = subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", url, *arguments], input=text, text=True, capture_output=True)
    if done.returncode:
        sys.exit(f"psql: {done.stderr[:600]}")


def on_database(url, name):
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


def bench(lockkeeper, url, generation, tables):
    name = f"lockkeeper_bench_{generation}_{tables}"
    target = on_database(url, name)
    environment = {**os.environ, "DATABASE_URL": target, "LOCKKEEPER_CACHE": "off", "NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        (folder / "node_modules").symlink_to(HERE / generation / "node_modules")
        (folder / "package.json").write_text('{"private": true}\n')
        (folder / "schema.ts").write_text(schema(tables))
        (folder / "drizzle.config.ts").write_text(
            'export default { dialect: "postgresql", schema: "./schema.ts", out: "./out", dbCredentials: { url: process.env.DATABASE_URL! } };\n')
        psql(url, "-c", f"DROP DATABASE IF EXISTS {name}", "-c", f"CREATE DATABASE {name}")
        runs = [("lockkeeper diff, from nothing", [lockkeeper, "diff", "--from", target, "--to", "drizzle.config.ts"]),
                ("drizzle-kit export", [*KIT, "export"]), ("drizzle-kit generate", [*KIT, "generate"])]
        for title, command in runs:
            yield title, measured(command, folder, environment)
            if title == "drizzle-kit export":
                sql = "".join(line + "\n" for line in (folder / "said.txt").read_text().splitlines()
                              if not line.startswith(("Reading", "No config", "Using", "[")))
                psql(target, text=sql)
        nothing = [("lockkeeper diff, nothing to do", runs[0][1])]
        environment = {**environment, "LOCKKEEPER_CACHE": ""}
        if generation == "one" or tables <= 100:
            nothing.append(("drizzle-kit push, nothing to do", [*KIT, "push", "--force"]))
        for title, command in nothing:
            yield title, measured(command, folder, {**environment, "LOCKKEEPER_CACHE": "off"})
        del environment["LOCKKEEPER_CACHE"]
        measured(runs[0][1], folder, environment)
        yield "lockkeeper diff, nothing to do, cached", measured(runs[0][1], folder, environment)
        psql(url, "-c", f"DROP DATABASE {name}")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    lockkeeper, url = str(pathlib.Path(sys.argv[1]).resolve()), sys.argv[2]
    print(f"{'':8}{'tables':>7}  {'command':40}{'cpu s':>8}{'wall s':>8}{'MB':>7}  exit")
    for generation in ("zero", "one"):
        for tables in map(int, sys.argv[3:] or ("10", "100", "1000")):
            for title, (cpu, wall, memory, code) in bench(lockkeeper, url, generation, tables):
                print(f"{generation:8}{tables:>7}  {title:40}{cpu:8.2f}{wall:8.2f}{memory:7.0f}  {code}", flush=True)


main()
