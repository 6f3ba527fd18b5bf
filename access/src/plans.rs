//! The file of the plans that may be subscribed to.

use std::collections::BTreeSet;
use std::path::Path;

use domain::subscription::{PlanOffer, Plans};
use domain::values::Price;
use events::CourseId;
use serde::Deserialize;

/// Why the plans can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PlansError {
    /// The file can't be read.
    #[error("HAR_PLANS_FILE can't be read: {0}")]
    Unreadable(std::io::Error),
    /// It is no TOML, or lacks something.
    #[error("HAR_PLANS_FILE: {0}")]
    Malformed(toml::de::Error),
    /// A price in it is none.
    #[error("HAR_PLANS_FILE: {0} is no price")]
    NoPrice(String),
    /// A course in it is none.
    #[error("HAR_PLANS_FILE: {0} is no course's id")]
    NoCourse(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlansFile {
    basic: OfferInFile,
    pro: OfferInFile,
    enterprise: OfferInFile,
}

/// Prices are texts, so that no float comes between the file and the cents.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferInFile {
    price: String,
    #[serde(default = "yes")]
    subscription_courses: bool,
    /// A price, or `all`; left out for none.
    one_time_up_to: Option<String>,
    #[serde(default)]
    courses: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// The plans of a file; those that come with the product when there is none.
///
/// # Errors
/// [`PlansError`] says what is wrong with the file.
pub fn load_plans(file: Option<&Path>) -> Result<Plans, PlansError> {
    let Some(path) = file else { return Ok(Plans::standard()) };
    parse(&std::fs::read_to_string(path).map_err(PlansError::Unreadable)?)
}

fn parse(text: &str) -> Result<Plans, PlansError> {
    let file: PlansFile = toml::from_str(text).map_err(PlansError::Malformed)?;
    Ok(Plans { basic: offer(file.basic)?, pro: offer(file.pro)?, enterprise: offer(file.enterprise)? })
}

fn offer(offer: OfferInFile) -> Result<PlanOffer, PlansError> {
    let price = |text: &str| Price::parse(text).map(Price::money).map_err(|_| PlansError::NoPrice(text.to_owned()));
    let one_time_up_to = match offer.one_time_up_to.as_deref() {
        None => None,
        Some("all") => Some(i64::MAX),
        Some(text) => Some(price(text)?.minor),
    };
    let id = |text: &String| text.parse::<CourseId>().map_err(|_| PlansError::NoCourse(text.clone()));
    Ok(PlanOffer {
        amount_per_month: price(&offer.price)?,
        subscription_courses: offer.subscription_courses,
        one_time_up_to,
        course_ids: offer.courses.iter().map(id).collect::<Result<BTreeSet<_>, _>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_plans_cost_and_open() {
        let standard = "[basic]\nprice = \"9.90\"\n[pro]\nprice = \"19.90\"\none_time_up_to = \"50\"\n\
                        [enterprise]\nprice = \"49.90\"\none_time_up_to = \"all\"\n";
        assert_eq!(parse(standard).unwrap(), Plans::standard());
        let named = standard.replacen("\n[pro]", "\ncourses = [\"018f3a5d-0000-7c00-8c00-000000000001\"]\n[pro]", 1);
        assert_eq!(parse(&named).unwrap().basic.course_ids.len(), 1);
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(matches!(parse("[basic]"), Err(PlansError::Malformed(_))));
        let with = |price: &str, more: &str| {
            let plan = format!("price = \"{price}\"\n{more}\n");
            parse(&format!("[basic]\n{plan}[pro]\n{plan}[enterprise]\n{plan}"))
        };
        assert!(matches!(with("9.999", ""), Err(PlansError::NoPrice(text)) if text == "9.999"));
        assert!(matches!(with("9", "courses = [\"x\"]"), Err(PlansError::NoCourse(text)) if text == "x"));
        assert!(with("9", "").is_ok());
    }
}
