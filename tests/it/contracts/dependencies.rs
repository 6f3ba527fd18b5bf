//! The arrows between crates: each process sees what it needs, and the core sees nothing.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

/// What each crate may depend on, dependencies of tests aside.
const ALLOWED: &[(&str, &[&str])] = &[
    ("events", &[]),
    ("ai-core", &[]),
    ("service-kit", &[]),
    ("local-servers", &[]),
    ("domain", &["events"]),
    ("event-log", &["events"]),
    ("read-models", &["event-log", "events"]),
    ("gateway", &["service-kit"]),
    ("media-store", &["events", "service-kit"]),
    ("access", &["domain", "event-log", "events", "service-kit"]),
    ("projectors", &["event-log", "events", "read-models", "service-kit"]),
    (
        "query-api",
        &["access", "ai-core", "domain", "event-log", "events", "gateway", "media-store", "read-models", "service-kit"],
    ),
    (
        "command-api",
        &["access", "domain", "event-log", "events", "gateway", "media-store", "read-models", "service-kit"],
    ),
];

/// Whoever puts the product together may see everything but each other; `cli` runs the faults that `tests` holds.
const OUTERMOST: [&str; 2] = ["cli", "tests"];

/// The only one that decides.
const DECIDES: &str = "command-api";

fn metadata() -> Metadata {
    let manifest = super::root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().other_options(["--offline".to_owned()]).exec().unwrap()
}

/// The crates of the workspace that a crate depends on.
fn arrows<'a>(package: &'a Package, all: &BTreeSet<String>, tests: bool) -> BTreeSet<&'a str> {
    let counts = |kind: DependencyKind| (kind == DependencyKind::Development) == tests;
    let own = package.dependencies.iter().filter(|dependency| counts(dependency.kind) && dependency.path.is_some());
    own.map(|dependency| dependency.name.as_str()).filter(|name| all.contains(*name)).collect()
}

fn names(metadata: &Metadata) -> BTreeSet<String> {
    metadata.packages.iter().map(|package| package.name.to_string()).collect()
}

#[test]
fn crates_depend_on_what_they_may() {
    let metadata = metadata();
    let all = names(&metadata);
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let ruled: BTreeSet<String> = allowed.keys().copied().chain(OUTERMOST).map(str::to_owned).collect();
    assert_eq!(ruled, all, "each crate has its rule");
    let mut found = 0;
    for package in &metadata.packages {
        let arrows = arrows(package, &all, false);
        found += arrows.len();
        if let Some(allowed) = allowed.get(package.name.as_str()) {
            let forbidden: Vec<_> = arrows.iter().filter(|name| !allowed.contains(name)).collect();
            assert!(forbidden.is_empty(), "{} depends on {forbidden:?}", package.name);
        }
    }
    assert!(found > 20, "only {found} arrows were seen");
}

#[test]
fn nobody_depends_on_the_outermost() {
    let metadata = metadata();
    let all = names(&metadata);
    for package in &metadata.packages {
        for tests in [false, true] {
            let arrows = arrows(package, &all, tests);
            let may_run_faults = package.name.as_str() == "cli";
            assert!(!arrows.contains("cli"), "{}", package.name);
            assert!(may_run_faults || !arrows.contains("tests"), "{}", package.name);
        }
    }
}

#[test]
fn tests_lean_on_little_more() {
    // Servers to run against, and the decisions of `domain`, which its own tests turn on.
    let metadata = metadata();
    let all = names(&metadata);
    for package in metadata.packages.iter().filter(|package| !OUTERMOST.contains(&package.name.as_str())) {
        for name in arrows(package, &all, true) {
            let own = package.name.as_str() == "domain" && name == "domain";
            assert!(own || name == "local-servers", "the tests of {} depend on {name}", package.name);
        }
    }
}

#[test]
fn only_the_write_side_decides() {
    let metadata = metadata();
    let mut deciding = BTreeSet::new();
    for package in &metadata.packages {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.name == "domain") {
            let own_tests = package.name.as_str() == "domain" && dependency.kind == DependencyKind::Development;
            if dependency.features.iter().any(|feature| feature == "decide") && !own_tests {
                deciding.insert(package.name.to_string());
            }
        }
    }
    assert_eq!(deciding, BTreeSet::from([DECIDES.to_owned()]));
    let domain = metadata.packages.iter().find(|package| package.name.as_str() == "domain").unwrap();
    assert!(domain.features.contains_key("decide"));
    let defaults = domain.features.get("default").cloned().unwrap_or_default();
    assert!(!defaults.contains(&"decide".to_owned()), "it must be asked for");
}

#[test]
fn the_core_does_no_io() {
    let metadata = metadata();
    let io = ["tokio", "mongodb", "async-nats", "axum", "reqwest", "hyper-util", "rand"];
    for name in ["events", "domain", "ai-core"] {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name).unwrap();
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        let found: Vec<&str> =
            normal.map(|dependency| dependency.name.as_str()).filter(|name| io.contains(name)).collect();
        assert!(found.is_empty(), "{name} depends on {found:?}");
    }
}
