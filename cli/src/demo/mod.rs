//! The demo accounts and courses, written through the product's own routes, as any client would.
//!
//! | File | What it does |
//! |---|---|
//! | `content` | the files in `cli/demo`, which are part of the program |
//! | `client` | calls the routes, in memory |
//! | `seed` | who registers, who is promoted, which course is written by whom |

mod client;
mod content;
mod seed;

pub use client::Client;
pub use content::{Account, Demo};
pub use seed::seed;
