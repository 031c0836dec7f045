//! `schema`.

use crate::schema::kinds;
use clap::builder::{PossibleValue, PossibleValuesParser};

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub struct Schema {
    /// Of what
    #[arg(value_parser = PossibleValuesParser::new(kinds().into_iter().map(|(name, about)| PossibleValue::new(name).help(about))))]
    pub kind: String,
}
