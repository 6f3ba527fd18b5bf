//! What AI Core has learnt of what goes with what. It is learnt anew in the background when courses or enrollments have
//! changed, never in a request.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use ai_core::recommend::{CourseFacts, Model, Taken};
use event_log::LogError;
use mongodb::Database;
use read_models::views::{TakenCourse, enrollments_moved, list_course_cards, load_courses, load_histories};
use read_models::{Course, CourseStatus, EnrollmentStatus};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The shortest pause between two looks at what has changed.
const PAUSE: Duration = Duration::from_secs(1);

/// What was learnt. Cloning is cheap; all clones are one.
#[derive(Clone)]
pub(crate) struct Adviser {
    model: Arc<RwLock<Arc<Model>>>,
}

/// What a change of anything that is learnt from changes.
#[derive(PartialEq, Eq)]
struct Signature {
    courses: Vec<(events::CourseId, events::Version)>,
    enrollments: i64,
}

impl Adviser {
    /// Starts learning, until `stop`.
    pub(crate) fn start(database: Database, stop: CancellationToken) -> Self {
        let adviser = Self { model: Arc::new(RwLock::new(Arc::new(Model::new(Vec::new(), &[])))) };
        let learning = adviser.clone();
        tokio::spawn(async move {
            tokio::select! { () = stop.cancelled() => {}, () = learning.keep_up(&database) => {} }
        });
        adviser
    }

    /// What was learnt last.
    pub(crate) fn model(&self) -> Arc<Model> {
        self.model.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    async fn keep_up(&self, database: &Database) {
        let mut known = None;
        loop {
            let began = Instant::now();
            match self.look(database, known.as_ref()).await {
                Ok(Some(signature)) => known = Some(signature),
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "enrollments can't be read for AI Core"),
            }
            // Whoever has much to learn from must not do nothing else.
            tokio::time::sleep(PAUSE.max(began.elapsed() * 10)).await;
        }
    }

    /// Learns anew if something has changed.
    async fn look(&self, database: &Database, known: Option<&Signature>) -> Result<Option<Signature>, LogError> {
        let cards = list_course_cards(database).await?;
        let mut courses: Vec<_> = cards.into_iter().map(|card| (card.id, card.version)).collect();
        courses.sort_unstable();
        let signature = Signature { courses, enrollments: enrollments_moved(database).await? };
        if known == Some(&signature) {
            return Ok(None);
        }
        let courses = load_courses(database).await?;
        let histories = load_histories(database).await?;
        let learning = tokio::task::spawn_blocking(move || {
            let places: std::collections::HashMap<_, _> =
                courses.iter().enumerate().map(|(place, course)| (course.id, place)).collect();
            let history = |taken: &Vec<TakenCourse>| -> Vec<Taken> {
                let of = |taken: &TakenCourse| {
                    Some(Taken { course: *places.get(&taken.course_id)?, weight: weight(taken.status) })
                };
                taken.iter().filter_map(of).collect()
            };
            let mut histories: Vec<_> = histories.iter().collect();
            // The order of a hash map must not decide what is learnt.
            histories.sort_by_key(|(user, _)| **user);
            let histories: Vec<Vec<Taken>> = histories.into_iter().map(|(_, taken)| history(taken)).collect();
            Model::new(courses.iter().map(facts).collect(), &histories)
        });
        if let Ok(model) = learning.await {
            *self.model.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(model);
        }
        Ok(Some(signature))
    }
}

/// How much having taken a course says of somebody.
pub(super) const fn weight(status: EnrollmentStatus) -> f64 {
    match status {
        EnrollmentStatus::Active => 1.0,
        EnrollmentStatus::Completed => 1.2,
        EnrollmentStatus::Dropped => 0.3,
    }
}

fn facts(course: &Course) -> CourseFacts {
    let short = course.short_description.as_deref().unwrap_or_default();
    CourseFacts {
        id: course.id.to_string(),
        title: course.title.clone(),
        // The beginning tells what a course is about; the rest makes every course alike.
        description: format!("{short} {}", course.description.chars().take(1_000).collect::<String>()),
        domain: course.domain.as_str().to_owned(),
        stack: course.stack.clone(),
        keywords: course.keywords.iter().chain(&course.category).cloned().collect(),
        published: course.status == CourseStatus::Published,
        learners: course.enrollments_count,
        rating: course.average_rating,
    }
}
