//! Reading the documents of quizzes.

use bson::{Bson, Document, doc};
use event_log::LogError;
use events::{LessonId, Percent, QuizId, UserId};
use mongodb::Database;
use mongodb::error::Error;

use super::snapshot::{Reading, Snapshot, read_at_once};
use crate::{Lesson, Quiz, QuizAttempt};

/// A quiz and the lesson that it completes; none when it is not there (yet).
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_quiz(database: &Database, id: QuizId) -> Result<Option<(Quiz, Option<LessonId>)>, LogError> {
    read_at_once(database, &QuizReading(id)).await
}

struct QuizReading(QuizId);

impl Reading for QuizReading {
    type Output = Option<(Quiz, Option<LessonId>)>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        let Some(quiz) = snapshot.find_one::<Quiz>(self.0).await? else { return Ok(None) };
        let of_quiz = doc! { "course_id": quiz.course_id.to_string(), "quiz_id": self.0.to_string() };
        // The long texts of a lesson stay in the database.
        let without_content = doc! { "$set": { "content": Bson::Null, "video": Bson::Null } };
        let first =
            vec![doc! { "$match": of_quiz }, doc! { "$sort": { "_id": 1 } }, doc! { "$limit": 1 }, without_content];
        let lesson = snapshot.aggregate::<Lesson>(first).await?.into_iter().next();
        Ok(Some((quiz, lesson.map(|lesson| lesson.id))))
    }
}

/// A page of attempts, newest first, with what there is beside the page.
#[derive(Clone, Debug)]
pub struct AttemptPage {
    /// The attempts of the page.
    pub attempts: Vec<QuizAttempt>,
    /// How many there are in all.
    pub total: u64,
    /// The best score of all of them; none when there are none.
    pub best_score: Option<Percent>,
}

/// The attempts at a quiz, of one person or of everybody, without the first `skip` and at most `limit` of them. All of it
/// is of the same instant.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn list_attempts(
    database: &Database,
    quiz_id: QuizId,
    user_id: Option<UserId>,
    (skip, limit): (u64, u32),
) -> Result<AttemptPage, LogError> {
    let mut filter = doc! { "quiz_id": quiz_id.to_string() };
    if let Some(user_id) = user_id {
        filter.insert("user_id", user_id.to_string());
    }
    read_at_once(database, &AttemptsReading { filter, skip, limit }).await
}

struct AttemptsReading {
    filter: Document,
    skip: u64,
    limit: u32,
}

impl Reading for AttemptsReading {
    type Output = AttemptPage;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<AttemptPage, Error> {
        let found = doc! { "$match": self.filter.clone() };
        let best = vec![found, doc! { "$sort": { "score": -1 } }, doc! { "$limit": 1 }];
        let best: Vec<QuizAttempt> = snapshot.aggregate(best).await?;
        let (attempts, total) = snapshot.page(self.filter.clone(), newest(), (self.skip, self.limit)).await?;
        Ok(AttemptPage { attempts, total, best_score: best.first().map(|attempt| attempt.score) })
    }
}

fn newest() -> Document {
    doc! { "submitted_at": -1, "_id": -1 }
}

/// All attempts of somebody, at any quiz, newest first.
///
/// # Errors
/// [`LogError`], see [`read_at_once`].
pub async fn load_attempts_of(database: &Database, user_id: UserId) -> Result<Vec<QuizAttempt>, LogError> {
    read_at_once(database, &OwnAttempts(user_id)).await
}

struct OwnAttempts(UserId);

impl Reading for OwnAttempts {
    type Output = Vec<QuizAttempt>;

    async fn read(&self, snapshot: &mut Snapshot) -> Result<Self::Output, Error> {
        snapshot.aggregate(vec![doc! { "$match": { "user_id": self.0.to_string() } }, doc! { "$sort": newest() }]).await
    }
}
