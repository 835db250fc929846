//! Meaning as vectors: texts that say alike lie near each other.
//!
//! There are no fake vectors. A text that an embedder makes nothing of has no vector, and where there
//! is no embedder search goes by words, and says so.

mod endpoint;
mod table;
mod vector;

use model::Fault;

pub use endpoint::Endpoint;
pub use table::StaticTable;
#[cfg(test)]
pub(crate) use table::tried;
pub(crate) use vector::{Compass, Packed, Vectors};

/// Makes vectors of texts.
pub trait Embedder: Send + Sync {
    /// The model's id. Vectors carry it, and vectors of two models are never compared.
    fn model(&self) -> &str;

    /// Whether it works without a network, so that texts may be embedded while they are written.
    fn is_local(&self) -> bool;

    /// A vector of length 1 for each text; none for a text it makes nothing of.
    ///
    /// # Errors
    /// When the model cannot be reached or answers something else than vectors.
    fn embed(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, Fault>;
}
