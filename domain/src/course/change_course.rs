//! A course is described, or sold, otherwise.

use events::{CourseChanged, CourseEvent, Domain, Language, PricingModel};

use super::{Course, CourseDetails, Editor, NotEditable};
use crate::values::{Category, Description, HttpUrl, Price, ShortDescription, TagList, Title};

/// Changes what a course says of itself, in any status. What is none stays as it is; of two nested, the inner none takes
/// the value away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeCourse {
    /// Who asks.
    pub by: Editor,
    /// Title.
    pub title: Option<Title>,
    /// Description.
    pub description: Option<Description>,
    /// Description in a line or two.
    pub short_description: Option<Option<ShortDescription>>,
    /// What it is about.
    pub domain: Option<Domain>,
    /// Tools and packages it uses.
    pub stack: Option<TagList>,
    /// What it costs from now on; what was sold was sold.
    pub price: Option<Price>,
    /// How it is sold from now on.
    pub pricing_model: Option<PricingModel>,
    /// Words it is found by.
    pub keywords: Option<TagList>,
    /// Cover.
    pub image_url: Option<Option<HttpUrl>>,
    /// Shelf in the catalogue.
    pub category: Option<Option<Category>>,
    /// Language it is held in.
    pub language: Option<Language>,
}

/// Why the course stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeCourseError {
    /// The course can't be changed by them.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
}

impl ChangeCourse {
    /// A change of nothing.
    #[must_use]
    pub const fn nothing(by: Editor) -> Self {
        Self {
            by,
            title: None,
            description: None,
            short_description: None,
            domain: None,
            stack: None,
            price: None,
            pricing_model: None,
            keywords: None,
            image_url: None,
            category: None,
            language: None,
        }
    }
}

impl Course {
    /// Decides [`ChangeCourse`]. Values it has already are no event.
    ///
    /// # Errors
    /// [`ChangeCourseError`] says which.
    pub fn change(&self, command: ChangeCourse) -> Result<Vec<CourseEvent>, ChangeCourseError> {
        let details = self.editable_by(command.by)?;
        let now = details.described();
        let new = CourseChanged {
            course_id: now.course_id,
            title: command.title.map_or_else(|| now.title.clone(), Title::into_string),
            description: command.description.map_or_else(|| now.description.clone(), Description::into_string),
            short_description: command
                .short_description
                .map_or_else(|| now.short_description.clone(), |text| text.map(ShortDescription::into_string)),
            domain: command.domain.unwrap_or(now.domain),
            stack: command.stack.map_or_else(|| now.stack.clone(), TagList::into_vec),
            price: command.price.map_or(now.price, Price::money),
            pricing_model: command.pricing_model.unwrap_or(now.pricing_model),
            keywords: command.keywords.map_or_else(|| now.keywords.clone(), TagList::into_vec),
            image_url: command.image_url.map_or_else(|| now.image_url.clone(), |url| url.map(HttpUrl::into_string)),
            category: command.category.map_or_else(|| now.category.clone(), |shelf| shelf.map(Category::into_string)),
            language: command.language.unwrap_or(now.language),
        };
        Ok(if new == now { Vec::new() } else { vec![new.into()] })
    }
}

impl CourseDetails {
    /// What it says of itself, as an event would have it.
    fn described(&self) -> CourseChanged {
        CourseChanged {
            course_id: self.course_id,
            title: self.title.clone(),
            description: self.description.clone(),
            short_description: self.short_description.clone(),
            domain: self.domain,
            stack: self.stack.clone(),
            price: self.price,
            pricing_model: self.pricing_model,
            keywords: self.keywords.clone(),
            image_url: self.image_url.clone(),
            category: self.category.clone(),
            language: self.language,
        }
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{Currency, Fold, Money};

    use super::*;
    use crate::fixtures::{admin, course_created, course_id, other_instructor, owner};

    fn everything(by: Editor) -> ChangeCourse {
        ChangeCourse {
            by,
            title: Some(Title::parse("Nettoyer des données").unwrap()),
            description: Some(Description::parse("Avec le tidyverse.").unwrap()),
            short_description: Some(Some(ShortDescription::parse("dplyr, tidyr").unwrap())),
            domain: Some(Domain::R),
            stack: Some(TagList::parse(["dplyr"]).unwrap()),
            price: Some(Price::parse("0").unwrap()),
            pricing_model: Some(PricingModel::Subscription),
            keywords: Some(TagList::parse(["données"]).unwrap()),
            image_url: Some(Some(HttpUrl::parse("https://img.example/r.png").unwrap())),
            category: Some(Some(Category::parse("Statistique").unwrap())),
            language: Some(Language::En),
        }
    }

    fn changed() -> CourseChanged {
        CourseChanged {
            course_id: course_id(),
            title: "Nettoyer des données".to_owned(),
            description: "Avec le tidyverse.".to_owned(),
            short_description: Some("dplyr, tidyr".to_owned()),
            domain: Domain::R,
            stack: vec!["dplyr".to_owned()],
            price: Money { minor: 0, currency: Currency::EUR },
            pricing_model: PricingModel::Subscription,
            keywords: vec!["données".to_owned()],
            image_url: Some("https://img.example/r.png".to_owned()),
            category: Some("Statistique".to_owned()),
            language: Language::En,
        }
    }

    #[test]
    fn every_field_changes_and_the_state_follows() {
        for by in [owner(), admin()] {
            TestFramework::<Course>::with(())
                .given(vec![course_created()])
                .when(everything(by).into())
                .then_expect_events(vec![changed().into()]);
        }
        let mut course = Course::default();
        course.apply(&course_created());
        course.apply(&changed().into());
        let details = course.details.unwrap();
        assert_eq!(details.described(), changed());
        assert!(!details.is_free(), "a subscription opens it");
    }

    #[test]
    fn what_is_left_out_stays_and_what_is_null_goes() {
        let command = ChangeCourse {
            short_description: Some(None),
            image_url: Some(None),
            category: Some(None),
            pricing_model: Some(PricingModel::OneTime),
            ..ChangeCourse::nothing(owner())
        };
        let bare = CourseChanged {
            short_description: None,
            image_url: None,
            category: None,
            pricing_model: PricingModel::OneTime,
            ..changed()
        };
        TestFramework::<Course>::with(())
            .given(vec![course_created(), changed().into()])
            .when(command.into())
            .then_expect_events(vec![bare.clone().into()]);
        let mut course = Course::default();
        course.apply(&course_created());
        course.apply(&bare.into());
        assert!(course.details.unwrap().is_free());
    }

    #[test]
    fn what_changes_nothing_is_no_event() {
        for command in [everything(owner()), ChangeCourse::nothing(owner())] {
            TestFramework::<Course>::with(())
                .given(vec![course_created(), changed().into()])
                .when(command.into())
                .then_expect_events(Vec::new());
        }
    }

    #[test]
    fn what_is_not_there_or_not_theirs_is_refused() {
        for (events, by, error) in [
            (vec![course_created()], other_instructor(), NotEditable::NotOwner),
            (Vec::new(), owner(), NotEditable::NotFound),
        ] {
            TestFramework::<Course>::with(())
                .given(events)
                .when(everything(by).into())
                .then_expect_error(ChangeCourseError::from(error).into());
        }
    }
}
