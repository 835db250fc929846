//! Whose memory it is.

use std::fmt;
use std::str::FromStr;

use model::Fault;
use serde::{Deserialize, Serialize};

/// The longest name of a tenant, in bytes.
const TENANT_BYTES_MAX: usize = 128;

/// Whose memory it is. Tenants never see each other: not in a list, not in a search, not in a statistic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tenant(String);

impl Tenant {
    /// The name, for parameters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Tenant {
    /// `agent:db-migration`.
    fn default() -> Self {
        Self("agent:db-migration".to_owned())
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Tenant {
    type Err = Fault;

    /// Takes 1 to 128 bytes without control characters.
    fn from_str(name: &str) -> Result<Self, Fault> {
        let fits = (1..=TENANT_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control);
        if fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(Fault::new("memory.tenant", format!("{name:?} cannot name a tenant"))
                .help("use 1 to 128 bytes without control characters, for instance agent:db-migration"))
        }
    }
}

impl TryFrom<String> for Tenant {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse().map_err(|fault: Fault| fault.what)
    }
}

impl From<Tenant> for String {
    fn from(tenant: Tenant) -> Self {
        tenant.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_cannot_be_read_back() {
        for bad in ["", "a\nb", &"x".repeat(129)] {
            assert!(bad.parse::<Tenant>().is_err(), "{bad:?}");
        }
        assert_eq!("agent:db-migration".parse::<Tenant>().unwrap(), Tenant::default());
    }
}
