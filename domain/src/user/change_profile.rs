//! Somebody changes what they go by, what they say of themselves as a teacher, or what they want to be told.

use events::{
    InstructorProfileChanged, Language, NotificationSettingsChanged, Personal, UserEvent, UserProfileChanged,
};

use super::{Account, User};
use crate::values::{Bio, HttpUrl, PersonName, TagList};

/// Changes a profile. What is none stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeProfile {
    /// First name.
    pub first_name: Option<PersonName>,
    /// Last name.
    pub last_name: Option<PersonName>,
    /// Picture; the inner none takes it away.
    pub avatar_url: Option<Option<HttpUrl>>,
    /// The language they are written to in.
    pub language: Option<Language>,
    /// In their own words, for teachers and applicants; the inner none takes it away.
    pub bio: Option<Option<Bio>>,
    /// What they know about; for teachers and applicants.
    pub expertise_tags: Option<TagList>,
    /// What they want to be told.
    pub notification_settings: NotificationChanges,
}

/// Changes of what somebody wants to be told. What is none stays as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotificationChanges {
    /// About their own courses and purchases.
    pub email_notifications: Option<bool>,
    /// Offers.
    pub marketing_emails: Option<bool>,
    /// The newsletter.
    pub newsletter: Option<bool>,
}

/// Why the profile stays as it is, all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeProfileError {
    /// There is no such account.
    #[error("nobody registered under this user id")]
    NotRegistered,
    /// They neither teach nor have applied to. Says which of the two was to be changed.
    #[error("a learner who has not applied has nothing to say as a teacher")]
    NotAnInstructor {
        /// [`ChangeProfile::bio`].
        bio: bool,
        /// [`ChangeProfile::expertise_tags`].
        expertise_tags: bool,
    },
}

impl User {
    /// Decides [`ChangeProfile`]. Values they have already are no event.
    ///
    /// # Errors
    /// [`ChangeProfileError`] says which.
    pub fn change_profile(&self, command: ChangeProfile) -> Result<Vec<UserEvent>, ChangeProfileError> {
        let account = self.present().ok_or(ChangeProfileError::NotRegistered)?;
        // To have no bio is nothing that a learner says as a teacher.
        let (bio, expertise_tags) = (matches!(command.bio, Some(Some(_))), command.expertise_tags.is_some());
        if (bio || expertise_tags) && !account.may_describe_teaching() {
            return Err(ChangeProfileError::NotAnInstructor { bio, expertise_tags });
        }
        let notified = account.notified(command.notification_settings);
        let taught = account.taught(command.bio, command.expertise_tags);
        let named = account.named(command.first_name, command.last_name, command.avatar_url, command.language);
        Ok([named, taught, notified].into_iter().flatten().collect())
    }
}

impl Account {
    fn named(
        &self,
        first_name: Option<PersonName>,
        last_name: Option<PersonName>,
        avatar_url: Option<Option<HttpUrl>>,
        language: Option<Language>,
    ) -> Option<UserEvent> {
        let personal = |text: String| Personal::new(self.user_id, text);
        let name = |new: Option<PersonName>, old: &Personal<String>| {
            new.map_or_else(|| old.clone(), |new| personal(new.into_string()))
        };
        let event = UserProfileChanged {
            user_id: self.user_id,
            first_name: name(first_name, &self.first_name),
            last_name: name(last_name, &self.last_name),
            avatar_url: avatar_url
                .map_or_else(|| self.avatar_url.clone(), |url| url.map(|url| personal(url.into_string()))),
            language: language.unwrap_or(self.language),
        };
        let is_same = event.first_name == self.first_name
            && event.last_name == self.last_name
            && event.avatar_url == self.avatar_url
            && event.language == self.language;
        (!is_same).then(|| event.into())
    }

    fn taught(&self, bio: Option<Option<Bio>>, expertise_tags: Option<TagList>) -> Option<UserEvent> {
        let (old_bio, old_tags) = (&self.teaching.bio, &self.teaching.expertise_tags);
        let event = InstructorProfileChanged {
            user_id: self.user_id,
            bio: bio
                .map_or_else(|| old_bio.clone(), |bio| bio.map(|bio| Personal::new(self.user_id, bio.into_string()))),
            expertise_tags: expertise_tags
                .map_or_else(|| old_tags.clone(), |tags| Personal::new(self.user_id, tags.into_vec())),
        };
        let is_same = event.bio == *old_bio && event.expertise_tags == *old_tags;
        (!is_same).then(|| event.into())
    }

    fn notified(&self, changes: NotificationChanges) -> Option<UserEvent> {
        let old = self.notifications;
        let event = NotificationSettingsChanged {
            user_id: self.user_id,
            email_notifications: changes.email_notifications.unwrap_or(old.email_notifications),
            marketing_emails: changes.marketing_emails.unwrap_or(old.marketing_emails),
            newsletter: changes.newsletter.unwrap_or(old.newsletter),
        };
        let is_same = event.email_notifications == old.email_notifications
            && event.marketing_emails == old.marketing_emails
            && event.newsletter == old.newsletter;
        (!is_same).then(|| event.into())
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::test::TestFramework;
    use events::{Role, UserRoleChanged};

    use super::*;
    use crate::fixtures::{applied, nobodies, personal, registered, tags, user_id};

    fn profile(first_name: &str, avatar_url: Option<&str>, language: Language) -> UserEvent {
        UserProfileChanged {
            user_id: user_id(1),
            first_name: personal(1, first_name),
            last_name: personal(1, "Lovelace"),
            avatar_url: avatar_url.map(|url| personal(1, url)),
            language,
        }
        .into()
    }

    fn teaching(bio: Option<&str>, words: &[&str]) -> UserEvent {
        let bio = bio.map(|bio| personal(1, bio));
        InstructorProfileChanged { user_id: user_id(1), bio, expertise_tags: tags(1, words) }.into()
    }

    fn avatar(url: Option<&str>) -> ChangeProfile {
        let url = url.map(|url| HttpUrl::parse(url).unwrap());
        ChangeProfile { avatar_url: Some(url), ..ChangeProfile::default() }
    }

    fn check(given: Vec<UserEvent>, command: ChangeProfile, expected: Vec<UserEvent>) {
        TestFramework::<User>::with(()).given(given).when(command.into()).then_expect_events(expected);
    }

    #[test]
    fn what_is_not_given_stays_in_the_event() {
        let command =
            ChangeProfile { first_name: Some(PersonName::parse("Augusta").unwrap()), ..ChangeProfile::default() };
        check(vec![registered(1)], command, vec![profile("Augusta", None, Language::Fr)]);
        let command = ChangeProfile { language: Some(Language::En), ..ChangeProfile::default() };
        let with_picture = profile("Ada", Some("https://a.example/1.png"), Language::Fr);
        let expected = profile("Ada", Some("https://a.example/1.png"), Language::En);
        check(vec![registered(1), with_picture], command, vec![expected]);
    }

    #[test]
    fn a_picture_is_set_and_taken_away() {
        let url = "https://a.example/1.png";
        let with_picture = profile("Ada", Some(url), Language::Fr);
        check(vec![registered(1)], avatar(Some(url)), vec![with_picture.clone()]);
        check(vec![registered(1), with_picture.clone()], avatar(Some(url)), Vec::new());
        check(vec![registered(1), with_picture], avatar(None), vec![profile("Ada", None, Language::Fr)]);
        check(vec![registered(1)], avatar(None), Vec::new());
    }

    #[test]
    fn values_that_are_there_already_are_no_event() {
        let given = vec![registered(1), applied(1, "Dix ans d'Excel", &["Excel"])];
        let same = ChangeProfile {
            first_name: Some(PersonName::parse("Ada").unwrap()),
            last_name: Some(PersonName::parse("Lovelace").unwrap()),
            avatar_url: None,
            language: Some(Language::Fr),
            bio: Some(Some(Bio::parse("Dix ans d'Excel").unwrap())),
            expertise_tags: Some(TagList::parse(["Excel"]).unwrap()),
            notification_settings: NotificationChanges {
                email_notifications: Some(true),
                marketing_emails: Some(false),
                newsletter: Some(false),
            },
        };
        check(given.clone(), same, Vec::new());
        check(given, ChangeProfile::default(), Vec::new());
    }

    #[test]
    fn only_what_changes_is_an_event() {
        let command = ChangeProfile {
            first_name: Some(PersonName::parse("Augusta").unwrap()),
            bio: Some(Some(Bio::parse("Onze ans").unwrap())),
            notification_settings: NotificationChanges { newsletter: Some(true), ..NotificationChanges::default() },
            ..ChangeProfile::default()
        };
        let notified = NotificationSettingsChanged {
            user_id: user_id(1),
            email_notifications: true,
            marketing_emails: false,
            newsletter: true,
        };
        check(
            vec![registered(1), applied(1, "Dix ans", &["Excel"])],
            command,
            vec![profile("Augusta", None, Language::Fr), teaching(Some("Onze ans"), &["Excel"]), notified.into()],
        );
    }

    #[test]
    fn a_bio_is_taken_away_from_who_has_one() {
        let none = || ChangeProfile { bio: Some(None), ..ChangeProfile::default() };
        let given = vec![registered(1), applied(1, "Dix ans", &["Excel"])];
        check(given.clone(), none(), vec![teaching(None, &["Excel"])]);
        check([given, vec![teaching(None, &["Excel"])]].concat(), none(), Vec::new());
        check(vec![registered(1)], none(), Vec::new());
    }

    #[test]
    fn a_teacher_need_not_have_applied_nor_have_a_bio() {
        let promoted = UserRoleChanged { user_id: user_id(1), from: Role::Learner, to: Role::Instructor }.into();
        let command =
            ChangeProfile { expertise_tags: Some(TagList::parse(["R"]).unwrap()), ..ChangeProfile::default() };
        check(vec![registered(1), promoted], command, vec![teaching(None, &["R"])]);
    }

    #[test]
    fn a_learner_who_has_not_applied_has_nothing_to_say_as_a_teacher() {
        let both = ChangeProfile {
            first_name: Some(PersonName::parse("Augusta").unwrap()),
            bio: Some(Some(Bio::parse("Onze ans").unwrap())),
            expertise_tags: Some(TagList::default()),
            ..ChangeProfile::default()
        };
        let one = ChangeProfile { expertise_tags: None, ..both.clone() };
        for (command, expertise_tags) in [(both, true), (one, false)] {
            TestFramework::<User>::with(())
                .given(vec![registered(1)])
                .when(command.into())
                .then_expect_error(ChangeProfileError::NotAnInstructor { bio: true, expertise_tags }.into());
        }
    }

    #[test]
    fn nobody_has_no_profile() {
        for nobody in nobodies() {
            TestFramework::<User>::with(())
                .given(nobody)
                .when(ChangeProfile::default().into())
                .then_expect_error(ChangeProfileError::NotRegistered.into());
        }
    }
}
