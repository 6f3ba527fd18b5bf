//! `har dev`: the whole product in one process, with servers of its own unless settings name others.
//!
//! | File | What it does |
//! |---|---|
//! | `run` | the order of things: start, fill, serve, stop |
//! | `folder` | the data folder: its lock, what it remembers |
//! | `servers` | mongod and nats-server |
//! | `product` | the log, publication, projections, both APIs |
//! | `parts` | what runs, and the order in which it ends |
//! | `first_start` | the first admin, the demo accounts and courses |
//! | `welcome` | what is where, for who started it |

mod first_start;
mod folder;
mod parts;
mod product;
mod run;
mod servers;
mod welcome;

pub use folder::ports_in;
pub use run::run;
