//! What AI Core knows of the courses. It is read in the background, course by course as they change, and never in a
//! request; a request only waits for it when its course has changed this instant.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use access::log_failure;
use ai_core::chat::{CourseIndex, FaqText, LessonText};
use event_log::{LogError, left_of};
use events::{CourseId, Language, Version};
use mongodb::Database;
use read_models::views::{CourseCard, CourseDocuments, list_course_cards, load_teaching};
use read_models::{COURSES_PROJECTION, Faq, Positions};
use service_kit::http::ApiError;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The shortest pause between two looks at what has changed, unless somebody waits.
const PAUSE: Duration = Duration::from_millis(200);
/// The longest: an announcement may be lost.
const PATIENCE: Duration = Duration::from_secs(1);
/// How much text of a course is read, in bytes: a thousand lessons of half a megabyte would fill the memory.
const MOST_TEXT: usize = 8 << 20;

/// What is known of a course.
pub(crate) struct Shelf {
    /// The version that was read.
    pub version: Version,
    /// Its texts.
    pub index: CourseIndex,
}

/// What is known of all courses. Cloning is cheap; all clones are one.
#[derive(Clone)]
pub(crate) struct Library {
    shelves: Arc<RwLock<HashMap<CourseId, Arc<Shelf>>>>,
    /// Counts the looks.
    looks: Arc<watch::Sender<u64>>,
    hurry: Arc<Notify>,
}

impl Library {
    /// Starts reading, until `stop`.
    pub(crate) fn start(database: Database, positions: Positions, stop: CancellationToken) -> Self {
        let library =
            Self { shelves: Arc::default(), looks: Arc::new(watch::Sender::new(0)), hurry: Arc::new(Notify::new()) };
        let reading = library.clone();
        tokio::spawn(async move {
            tokio::select! { () = stop.cancelled() => {}, () = reading.keep_up(&database, &positions) => {} }
        });
        library
    }

    async fn keep_up(&self, database: &Database, positions: &Positions) {
        loop {
            let began = Instant::now();
            let reached = positions.current(&[COURSES_PROJECTION]).await.unwrap_or(0);
            if let Err(error) = self.look(database).await {
                tracing::debug!(%error, "courses can't be read for AI Core");
            }
            self.looks.send_modify(|looks| *looks += 1);
            // Whoever has much to read must not do nothing else.
            let pause = PAUSE.max(began.elapsed() * 4);
            let moved = async {
                tokio::time::sleep(pause).await;
                positions.heard_beyond(COURSES_PROJECTION, reached).await;
            };
            tokio::select! {
                () = self.hurry.notified() => {}
                () = moved => {}
                () = tokio::time::sleep(PATIENCE.max(pause)) => {}
            }
        }
    }

    /// Reads the courses that have changed.
    async fn look(&self, database: &Database) -> Result<(), LogError> {
        let cards = list_course_cards(database).await?;
        let known = |card: &CourseCard| self.shelf(card.id).is_some_and(|shelf| shelf.version == card.version);
        for card in cards.iter().filter(|card| !known(card)) {
            let Some((course, faq)) = load_teaching(database, card.id).await? else { continue };
            let reading = tokio::task::spawn_blocking(move || shelf(course, faq));
            let Ok(shelf) = reading.await else { continue };
            self.put(card.id, shelf);
        }
        Ok(())
    }

    fn put(&self, id: CourseId, shelf: Shelf) {
        let mut shelves = self.shelves.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        shelves.insert(id, Arc::new(shelf));
    }

    fn shelf(&self, id: CourseId) -> Option<Arc<Shelf>> {
        self.shelves.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&id).cloned()
    }

    /// What is known of a course that is at this version; when what is known is older, it is waited for.
    ///
    /// # Errors
    /// 503 `read_model_behind` when nothing is known of it yet.
    pub(crate) async fn find(&self, card: &CourseCard) -> Result<Arc<Shelf>, ApiError> {
        let is_fresh = |shelf: &Arc<Shelf>| shelf.version >= card.version;
        let mut looks = self.looks.subscribe();
        let waiting = async {
            loop {
                if let Some(shelf) = self.shelf(card.id).filter(is_fresh) {
                    return shelf;
                }
                self.hurry.notify_one();
                if looks.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        match tokio::time::timeout(left_of(PATIENCE), waiting).await {
            Ok(shelf) => Ok(shelf),
            // An older answer is better than none.
            Err(_) => self.shelf(card.id).ok_or_else(|| log_failure(&LogError::Unavailable("nothing read yet".into()))),
        }
    }
}

/// Reads a course.
fn shelf(documents: CourseDocuments, faq: Vec<Faq>) -> Shelf {
    let CourseDocuments { course, mut lessons, .. } = documents;
    let faq = faq.into_iter().map(|entry| FaqText {
        id: entry.id.to_string(),
        question: entry.question,
        answer: entry.answer,
    });
    lessons.sort_by_key(|lesson| lesson.created_at);
    let mut left = MOST_TEXT;
    let lessons = lessons.into_iter().map(|lesson| {
        let transcript = lesson.video.and_then(|video| video.transcript);
        let mut texts: Vec<String> = [lesson.description, lesson.content, transcript].into_iter().flatten().collect();
        texts.retain(|text| {
            let fits = text.len() <= left;
            left -= if fits { text.len() } else { 0 };
            fits
        });
        LessonText { id: lesson.id.to_string(), title: lesson.title, texts, preview: lesson.preview }
    });
    let language = match course.language {
        Language::Fr => ai_core::Language::Fr,
        Language::En => ai_core::Language::En,
    };
    Shelf { version: course.version, index: CourseIndex::new(language, faq.collect(), lessons.collect()) }
}
