//! docker-compose.yml and Dockerfile run the programs that there are, by settings that there are.

use std::collections::BTreeSet;

use serde_json::Value;
use service_kit::settings::Settings;

/// The processes of a deployment, each a program of its own.
const PROGRAMS: [&str; 3] = ["command-api", "query-api", "projectors"];

fn compose() -> Value {
    serde_saphyr::from_str(&super::file("docker-compose.yml")).unwrap()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flat_map(|map| map.keys().map(String::as_str)).collect()
}

#[test]
fn each_program_runs_as_a_service() {
    let compose = compose();
    for program in PROGRAMS {
        let service = &compose["services"][program];
        assert_eq!(service["command"][0], program, "{service}");
        assert!(super::root().join(program).join("src/main.rs").exists(), "{program} is no program");
    }
    assert!(compose["services"]["mongo"]["image"].as_str().unwrap().starts_with("mongo:8"));
    assert!(compose["services"]["nats"]["image"].as_str().unwrap().starts_with("nats:2."));
    let ports = compose["services"]["gateway"]["ports"].as_array().unwrap();
    let published = |port: &str| ports.iter().any(|mapped| mapped.as_str().is_some_and(|text| text.ends_with(port)));
    for port in ["8080", "3001", "3002", "3003", "5000"] {
        assert!(published(&format!(":{port}:{port}")), "{port}");
    }
}

#[test]
fn its_settings_are_ones_that_there_are() {
    let compose = compose();
    let known: BTreeSet<&str> = Settings::table().iter().map(|setting| setting.name).collect();
    let mut named = keys(&compose["x-settings"]);
    for program in PROGRAMS {
        named.extend(keys(&compose["services"][program]["environment"]));
    }
    let named: BTreeSet<&str> = named.into_iter().filter(|name| name.starts_with("HAR_")).collect();
    assert!(named.len() >= 6, "{named:?}");
    assert!(named.is_subset(&known), "{:?}", named.difference(&known));
    // What a deployment can't start without.
    for needed in ["HAR_MONGODB_URI", "HAR_NATS_URL", "HAR_MASTER_KEY", "HAR_EMAIL_KEY", "HAR_HEAD_KEY"] {
        assert!(named.contains(needed), "{needed}");
    }
}

#[test]
fn only_the_write_side_can_sign_tokens() {
    const SECRET: &str = "HAR_TOKEN_KEY";
    let compose = compose();
    assert!(!keys(&compose["x-settings"]).contains(SECRET));
    for program in PROGRAMS {
        let named = keys(&compose["services"][program]["environment"]).contains(SECRET);
        assert_eq!(named, program == "command-api", "{program}");
    }
}

#[test]
fn the_image_has_every_program() {
    let dockerfile = super::file("Dockerfile");
    for program in PROGRAMS {
        assert!(dockerfile.contains(&format!("-p {program}")), "{program} is not built");
        assert!(dockerfile.contains(&format!("release/{program}")), "{program} is not copied");
    }
}
