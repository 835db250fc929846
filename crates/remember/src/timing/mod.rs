//! Times told from earlier times.

mod backtest;
mod fit;
mod forecast;
mod growth;
mod model;
mod point;

pub(crate) use backtest::{Question, SITTING};
pub(crate) use forecast::Forecaster;
pub use forecast::Quantiles;
pub use model::TimeModel;
pub(crate) use model::{median, usual};
pub(crate) use point::{Point, Size, TableKey};
