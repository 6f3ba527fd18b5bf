//! An instructor begins a course.

use events::{CourseCreated, CourseEvent, CourseId, Domain, Language, PricingModel};

use super::{Course, Editor};
use crate::values::{Category, Description, HttpUrl, Price, ShortDescription, TagList, Title};

/// Begins a course as a draft; it belongs to whom asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateCourse {
    /// A new id.
    pub course_id: CourseId,
    /// Who asks, and owns the course from then on.
    pub by: Editor,
    /// Title.
    pub title: Title,
    /// Description.
    pub description: Description,
    /// Description in a line or two.
    pub short_description: Option<ShortDescription>,
    /// What it is about.
    pub domain: Domain,
    /// Tools and packages it uses.
    pub stack: TagList,
    /// What it costs.
    pub price: Price,
    /// How it is sold.
    pub pricing_model: PricingModel,
    /// Words it is found by.
    pub keywords: TagList,
    /// Cover.
    pub image_url: Option<HttpUrl>,
    /// Shelf in the catalogue.
    pub category: Option<Category>,
    /// Language it is held in.
    pub language: Language,
}

/// Why no course was begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateCourseError {
    /// A learner asked.
    #[error("only instructors and admins may create a course")]
    NotInstructor,
    /// The id was not new.
    #[error("this course id is created already")]
    AlreadyCreated,
}

impl Course {
    /// Decides [`CreateCourse`].
    ///
    /// # Errors
    /// [`CreateCourseError`] says which.
    pub fn create(&self, command: CreateCourse) -> Result<Vec<CourseEvent>, CreateCourseError> {
        if !command.by.may_create() {
            return Err(CreateCourseError::NotInstructor);
        }
        if self.details.is_some() {
            return Err(CreateCourseError::AlreadyCreated);
        }
        let event = CourseCreated {
            course_id: command.course_id,
            instructor_id: command.by.user_id,
            title: command.title.into_string(),
            description: command.description.into_string(),
            short_description: command.short_description.map(ShortDescription::into_string),
            domain: command.domain,
            stack: command.stack.into_vec(),
            price: command.price.money(),
            pricing_model: command.pricing_model,
            keywords: command.keywords.into_vec(),
            image_url: command.image_url.map(HttpUrl::into_string),
            category: command.category.map(Category::into_string),
            language: command.language,
        };
        Ok(vec![event.into()])
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{Currency, Money, Role};

    use super::*;
    use crate::fixtures::{admin, course_created, course_id, owner};

    fn create(by: Editor) -> CreateCourse {
        CreateCourse {
            course_id: course_id(),
            by,
            title: Title::parse("Nettoyer des données").unwrap(),
            description: Description::parse("Avec le tidyverse.").unwrap(),
            short_description: Some(ShortDescription::parse("dplyr, tidyr").unwrap()),
            domain: Domain::R,
            stack: TagList::parse(["dplyr", "tidyr"]).unwrap(),
            price: Price::parse("49.9").unwrap(),
            pricing_model: PricingModel::OneTime,
            keywords: TagList::parse(["données"]).unwrap(),
            image_url: Some(HttpUrl::parse("https://img.example/r.png").unwrap()),
            category: Some(Category::parse("Statistique").unwrap()),
            language: Language::Fr,
        }
    }

    fn created(by: Editor) -> CourseEvent {
        CourseCreated {
            course_id: course_id(),
            instructor_id: by.user_id,
            title: "Nettoyer des données".to_owned(),
            description: "Avec le tidyverse.".to_owned(),
            short_description: Some("dplyr, tidyr".to_owned()),
            domain: Domain::R,
            stack: vec!["dplyr".to_owned(), "tidyr".to_owned()],
            price: Money { minor: 4_990, currency: Currency::EUR },
            pricing_model: PricingModel::OneTime,
            keywords: vec!["données".to_owned()],
            image_url: Some("https://img.example/r.png".to_owned()),
            category: Some("Statistique".to_owned()),
            language: Language::Fr,
        }
        .into()
    }

    #[test]
    fn instructors_and_admins_own_what_they_create() {
        for by in [owner(), admin()] {
            TestFramework::<Course>::with(())
                .given_no_previous_events()
                .when(create(by).into())
                .then_expect_events(vec![created(by)]);
        }
    }

    #[test]
    fn a_learner_creates_nothing() {
        TestFramework::<Course>::with(())
            .given_no_previous_events()
            .when(create(Editor { role: Role::Learner, ..owner() }).into())
            .then_expect_error(CreateCourseError::NotInstructor.into());
    }

    #[test]
    fn an_id_is_created_once() {
        TestFramework::<Course>::with(())
            .given(vec![course_created()])
            .when(create(owner()).into())
            .then_expect_error(CreateCourseError::AlreadyCreated.into());
    }
}
