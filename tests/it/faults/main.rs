//! The fault tests, at about a tenth of their size. `har prove` runs them whole.
//!
//! One at a time: each has five processes or so, and what is measured must not be another one's load.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::sync::{Mutex, PoisonError};

use tests::faults::{ALL, Programs, Scale};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn run(name: &str) {
    let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let programs = Programs::binaries(
        env!("CARGO_BIN_EXE_fault-command-api"),
        env!("CARGO_BIN_EXE_fault-query-api"),
        env!("CARGO_BIN_EXE_fault-projectors"),
    );
    let fault = ALL.iter().find(|fault| fault.name == name).expect("a fault of that name");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match runtime.block_on(fault.run(&programs, Scale::Tenth)) {
        Ok(figures) => figures.iter().for_each(|figure| println!("{figure:#?}")),
        Err(error) => panic!("{name}: {error:#}"),
    }
}

macro_rules! faults {
    ($($test:ident = $name:literal,)+) => {
        $(
            #[test]
            fn $test() {
                run($name);
            }
        )+

        #[test]
        fn every_fault_has_its_test() {
            let named = [$($name),+];
            assert!(ALL.iter().map(|fault| fault.name).eq(named), "{named:?}");
        }
    };
}

faults! {
    kill_command_api = "kill-command-api",
    kill_projectors = "kill-projectors",
    kill_rebuild = "kill-rebuild",
    lose_nats = "lose-nats",
    lose_mongod = "lose-mongod",
    read_own_writes = "read-own-writes",
    random_walk = "random-walk",
    webhook_storm = "webhook-storm",
    dead_projector = "dead-projector",
    frozen_publisher = "frozen-publisher",
    wrong_settings = "wrong-settings",
}
