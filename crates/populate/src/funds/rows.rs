//! How many rows the example's tables get.

/// Rows of each table of the fund-modelling example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundsRows {
    /// Rows of `funds`, at least 1.
    pub funds: u64,
    /// Rows of `investments`.
    pub investments: u64,
    /// Rows of `fund_events`.
    pub fund_events: u64,
    /// Rows of `scenarios`.
    pub scenarios: u64,
    /// Rows of `carry_waterfalls`; three a scenario at most.
    pub carry_waterfalls: u64,
    /// Rows of `monte_carlo_results`.
    pub monte_carlo_results: u64,
}

impl FundsRows {
    /// Many funds, and a tenth or so of that in each other table.
    pub fn with_funds(funds: u64) -> Self {
        Self::beside(funds.max(1), (funds / 10).max(100), (funds / 10).max(100))
    }

    /// Many investments of a few thousand funds.
    pub fn with_investments(investments: u64) -> Self {
        Self::beside((investments / 200).clamp(50, 10_000), investments, (investments / 10).max(100))
    }

    /// 50 funds with investments, and five events an investment.
    pub fn with_events(fund_events: u64) -> Self {
        Self::beside(50, (fund_events / 5).max(50), fund_events)
    }

    fn beside(funds: u64, investments: u64, fund_events: u64) -> Self {
        let scenarios = (funds / 20).clamp(50.min(funds), funds);
        Self {
            funds,
            investments,
            fund_events,
            scenarios,
            carry_waterfalls: scenarios * 3,
            monte_carlo_results: scenarios / 2,
        }
    }

    /// Rows of all tables together.
    pub fn total(&self) -> u64 {
        self.funds
            + self.investments
            + self.fund_events
            + self.scenarios
            + self.carry_waterfalls
            + self.monte_carlo_results
    }
}
