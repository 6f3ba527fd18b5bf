//! How often one may try: limits that all processes share, in MongoDB.
//!
//! | module | what it does |
//! |---|---|
//! | `limiter` | the limits of the product, and what each is counted by |
//! | `window` | the arithmetic: slots of a sliding window, and when there is room again |
//! | `counters` | one counter per limit and subject; counted and judged in one step |
//! | `known_addresses` | where each account has signed in from |
//! | `schema` | the two collections |

mod counters;
mod known_addresses;
mod limiter;
mod schema;
mod window;

pub use limiter::{Guess, Limiter};
