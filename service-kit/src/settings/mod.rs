//! Settings: defaults, then a TOML file (`HAR_CONFIG`, or `har.toml` where the process starts), then the environment.
//!
//! In the file a setting goes by its name in lower case without `HAR_` (`gateway_port = 8080`); a list is a TOML list
//! there, and separated by commas in the environment. Everything wrong is told at once, names that nobody knows included.

mod groups;
mod load;
mod reader;
mod secrets;
mod table;
#[cfg(test)]
mod tests;

pub use groups::{Admin, Bucket, Gateway, Limits, Mail, Media, Mode, Mongodb, Nats, Network, Payment, Settings};
pub use reader::{Problem, SettingsError};
pub use secrets::{SecretKey, Secrets};
pub use table::Setting;
