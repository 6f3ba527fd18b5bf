//! What the demo consists of.

use anyhow::Context as _;
use serde::Deserialize;

const ACCOUNTS: &str = include_str!("../../demo/accounts.toml");

const COURSES: [&str; 8] = [
    include_str!("../../demo/courses/01-excel-les-bases.toml"),
    include_str!("../../demo/courses/02-excel-rechercher-et-synthetiser.toml"),
    include_str!("../../demo/courses/03-excel-tableau-de-bord.toml"),
    include_str!("../../demo/courses/04-r-premiers-pas.toml"),
    include_str!("../../demo/courses/05-r-statistiques-pour-decider.toml"),
    include_str!("../../demo/courses/06-python-debuter-par-la-pratique.toml"),
    include_str!("../../demo/courses/07-python-pandas-ventes.toml"),
    include_str!("../../demo/courses/08-python-automatiser-son-bureau.toml"),
];

/// Everything that is made on a log that was empty.
pub struct Demo {
    /// Accounts, one admin among them.
    pub accounts: Vec<Account>,
    /// Courses.
    pub courses: Vec<Course>,
}

/// An account. Its password is public.
#[derive(Clone, Deserialize)]
pub struct Account {
    /// What course files call its owner.
    pub key: String,
    /// `admin`, `instructor` or `learner`.
    pub role: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email.
    pub email: String,
    /// Password.
    pub password: String,
}

impl Account {
    /// Whether it runs the academy.
    pub fn is_admin(&self) -> bool {
        self.role == "admin"
    }
}

/// A course.
#[derive(Deserialize)]
pub struct Course {
    /// The key of its author's account.
    pub instructor: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Description in a line or two.
    pub short_description: String,
    /// What it is about.
    pub domain: String,
    /// Tools it uses.
    pub stack: Vec<String>,
    /// Euros, as a decimal number.
    pub price: String,
    /// How it is sold.
    pub pricing_model: String,
    /// Words it is found by.
    pub keywords: Vec<String>,
    /// Shelf in the catalogue.
    pub category: String,
    /// Language it is held in.
    pub language: String,
    /// Modules in order.
    pub modules: Vec<Module>,
}

/// A module of a course.
#[derive(Deserialize)]
pub struct Module {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Lessons in order.
    pub lessons: Vec<Lesson>,
}

/// A lesson of a module.
#[derive(Deserialize)]
pub struct Lesson {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// What it consists of.
    #[serde(rename = "type")]
    pub lesson_type: String,
    /// Whether anybody may see it.
    pub preview: bool,
    /// HTML.
    pub content: Option<String>,
    /// Where the film is.
    pub video_url: Option<String>,
    /// How long the film is.
    pub duration_seconds: Option<u32>,
    /// What is said in it.
    pub transcript: Option<String>,
}

#[derive(Deserialize)]
struct AccountsFile {
    accounts: Vec<Account>,
}

impl Demo {
    /// Reads the files.
    ///
    /// # Errors
    /// When one of them is no TOML of this shape, which the tests of this crate would have told.
    pub fn read() -> anyhow::Result<Self> {
        let accounts: AccountsFile = toml::from_str(ACCOUNTS).context("the demo accounts")?;
        let courses = COURSES.iter().map(|text| toml::from_str(text)).collect::<Result<_, _>>();
        Ok(Self { accounts: accounts.accounts, courses: courses.context("a demo course")? })
    }

    /// The account that runs the academy.
    ///
    /// # Errors
    /// When there is none.
    pub fn admin(&self) -> anyhow::Result<&Account> {
        self.accounts.iter().find(|account| account.is_admin()).context("no demo account is an admin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_every_author_known() {
        let demo = Demo::read().unwrap();
        assert!(demo.admin().is_ok());
        for course in &demo.courses {
            let author = demo.accounts.iter().find(|account| account.key == course.instructor);
            assert_eq!(author.unwrap().role, "instructor", "{}", course.title);
            assert!(course.price.parse::<serde_json::Number>().is_ok(), "{}", course.title);
            assert!(!course.modules.is_empty() && course.modules.iter().all(|module| !module.lessons.is_empty()));
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/courses");
        assert_eq!(demo.courses.len(), std::fs::read_dir(folder).unwrap().count(), "a file is not part of the program");
    }
}
