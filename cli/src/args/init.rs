//! `init`.

use std::path::PathBuf;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The folder; it is made if there is none
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
