import { relations, sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  char,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  numeric,
  pgTable,
  text,
  timestamp,
  unique,
  uniqueIndex,
  varchar,
} from "drizzle-orm/pg-core";

const id = () => bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity();
const createdAt = () => timestamp("created_at", { withTimezone: true }).notNull().defaultNow();
const money = (name: string) => numeric(name, { precision: 18, scale: 2 });
const rate = (name: string) => numeric(name, { precision: 6, scale: 4 });

/** What one scenario assumes about the future of a fund. */
export type Assumptions = { exitMultiple?: number; lossRatio?: number; followOnRatio?: number };

/** The distribution of a simulation's outcomes. */
export type Percentiles = Record<"p5" | "p25" | "p50" | "p75" | "p95", number>;

export const funds = pgTable(
  "funds",
  {
    id: id(),
    slug: varchar("slug", { length: 80 }).notNull().unique(),
    name: text("name").notNull(),
    strategy: text("strategy").notNull().default("venture"),
    currency: char("currency", { length: 3 }).notNull().default("USD"),
    committedCapital: money("committed_capital").notNull().default("0"),
    managementFee: rate("management_fee").notNull().default("0.02"),
    carriedInterest: rate("carried_interest").notNull().default("0.2"),
    termYears: integer("term_years").notNull().default(10),
    settings: jsonb("settings").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
    updatedAt: timestamp("updated_at", { withTimezone: true })
      .notNull()
      .defaultNow()
      .$onUpdate(() => new Date()),
    vintageYear: integer("vintage_year").notNull().default(2020),
  },
  (table) => [
    index("funds_created_at_idx").on(table.createdAt),
    index("funds_strategy_created_at_idx").on(table.strategy, table.createdAt.desc()),
    index("funds_vintage_year_created_at_idx").on(table.vintageYear, table.createdAt),
    check("funds_committed_capital_check", sql`${table.committedCapital} >= 0`),
    check(
      "funds_carried_interest_check",
      sql`${table.carriedInterest} >= 0 AND ${table.carriedInterest} < 1`,
    ),
    check("funds_vintage_year_check", sql`${table.vintageYear} BETWEEN 2000 AND 2030`),
  ],
);

export const investments = pgTable(
  "investments",
  {
    id: id(),
    fundId: bigint("fund_id", { mode: "number" })
      .notNull()
      .references(() => funds.id, { onDelete: "cascade" }),
    company: text("company").notNull(),
    /** As the deal team typed it: "seed", "Series A", "series-b+". */
    stage: text("stage"),
    sector: text("sector"),
    amount: money("amount").notNull(),
    postMoneyValuation: money("post_money_valuation"),
    ownership: numeric("ownership", { precision: 7, scale: 6 }),
    investedOn: date("invested_on").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("investments_fund_id_idx").on(table.fundId),
    index("investments_stage_idx").on(table.stage),
    index("investments_company_idx").on(sql`lower(${table.company})`),
    check("investments_amount_check", sql`${table.amount} > 0`),
  ],
);

export const fundEvents = pgTable(
  "fund_events",
  {
    id: id(),
    fundId: bigint("fund_id", { mode: "number" })
      .notNull()
      .references(() => funds.id, { onDelete: "cascade" }),
    investmentId: bigint("investment_id", { mode: "number" }).references(() => investments.id, {
      onDelete: "cascade",
    }),
    kind: text("kind", {
      enum: ["capital_call", "distribution", "investment", "valuation", "exit", "fee"],
    }).notNull(),
    amount: money("amount"),
    payload: jsonb("payload").notNull().default({}),
    occurredAt: timestamp("occurred_at", { withTimezone: true }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("fund_events_fund_id_occurred_at_idx").on(table.fundId, table.occurredAt),
    index("fund_events_investment_id_idx")
      .on(table.investmentId)
      .where(sql`${table.investmentId} IS NOT NULL`),
    check(
      "fund_events_kind_check",
      sql`${table.kind} IN ('capital_call', 'distribution', 'investment', 'valuation', 'exit', 'fee')`,
    ),
  ],
);

export const scenarios = pgTable(
  "scenarios",
  {
    id: id(),
    fundId: bigint("fund_id", { mode: "number" })
      .notNull()
      .references(() => funds.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    description: text("description"),
    assumptions: jsonb("assumptions").$type<Assumptions>().notNull().default({}),
    isBase: boolean("is_base").notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    unique().on(table.fundId, table.name),
    uniqueIndex("scenarios_fund_id_base_idx").on(table.fundId).where(sql`${table.isBase}`),
  ],
);

export const carryWaterfalls = pgTable(
  "carry_waterfalls",
  {
    id: id(),
    fundId: bigint("fund_id", { mode: "number" })
      .notNull()
      .references(() => funds.id, { onDelete: "cascade" }),
    scenarioId: bigint("scenario_id", { mode: "number" })
      .notNull()
      .references(() => scenarios.id, { onDelete: "cascade" }),
    tier: integer("tier").notNull(),
    hurdleRate: rate("hurdle_rate").notNull().default("0.08"),
    catchUp: rate("catch_up").notNull().default("1"),
    gpShare: rate("gp_share").notNull(),
    lpShare: rate("lp_share").notNull().generatedAlwaysAs(sql`1 - gp_share`),
    createdAt: createdAt(),
  },
  (table) => [
    unique().on(table.scenarioId, table.tier),
    index("carry_waterfalls_fund_id_idx").on(table.fundId),
    check("carry_waterfalls_tier_check", sql`${table.tier} > 0`),
    check("carry_waterfalls_gp_share_check", sql`${table.gpShare} BETWEEN 0 AND 1`),
  ],
);

export const monteCarloResults = pgTable(
  "monte_carlo_results",
  {
    id: id(),
    scenarioId: bigint("scenario_id", { mode: "number" })
      .notNull()
      .references(() => scenarios.id, { onDelete: "cascade" }),
    runs: integer("runs").notNull(),
    seed: bigint("seed", { mode: "bigint" }).notNull(),
    irrMean: doublePrecision("irr_mean").notNull(),
    tvpiMean: doublePrecision("tvpi_mean").notNull(),
    percentiles: jsonb("percentiles").$type<Percentiles>().notNull(),
    durationMs: integer("duration_ms"),
    createdAt: createdAt(),
  },
  (table) => [
    index("monte_carlo_results_scenario_id_created_at_idx").on(table.scenarioId, table.createdAt),
    check("monte_carlo_results_runs_check", sql`${table.runs} > 0`),
  ],
);

export const fundsRelations = relations(funds, ({ many }) => ({
  investments: many(investments),
  events: many(fundEvents),
  scenarios: many(scenarios),
}));

export const investmentsRelations = relations(investments, ({ one, many }) => ({
  fund: one(funds, { fields: [investments.fundId], references: [funds.id] }),
  events: many(fundEvents),
}));

export const scenariosRelations = relations(scenarios, ({ one, many }) => ({
  fund: one(funds, { fields: [scenarios.fundId], references: [funds.id] }),
  tiers: many(carryWaterfalls),
  results: many(monteCarloResults),
}));
