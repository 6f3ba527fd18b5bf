//! What everybody sees, against what the model knows.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::api::Answer;
use super::super::people::AT_ONCE;
use super::super::world::PATIENCE;
use super::commands::Walk;
use super::model::points;
use super::stage::Stage;

/// Compares what each learner, and anybody, is shown at a position; returns how many GETs that took.
pub async fn compare(walk: &Walk, position: u64) -> Result<usize> {
    let shown = Shown { stage: &walk.stage, position };
    let learners = stream::iter(0..shown.stage.learners.len()).map(|learner| shown.learner(learner));
    let of_learners: Vec<usize> = learners.buffer_unordered(AT_ONCE).try_collect().await?;
    let courses = stream::iter(0..shown.stage.model.courses.len()).map(|course| shown.course(course));
    let of_courses: Vec<usize> = courses.buffer_unordered(AT_ONCE).try_collect().await?;
    Ok(of_learners.into_iter().chain(of_courses).sum::<usize>() + shown.teachers().await?)
}

struct Shown<'a> {
    stage: &'a Stage,
    position: u64,
}

/// What stands somewhere in an answer.
fn at<'a>(answer: &'a Answer, pointer: &str) -> &'a Value {
    answer.body.pointer(pointer).unwrap_or(&Value::Null)
}

fn same(what: &str, found: &Value, wanted: &Value) -> Result<()> {
    ensure!(found == wanted, "{what} is\n{found:#}\nand should be\n{wanted:#}");
    Ok(())
}

/// These fields of each of a list, by one of them.
fn by(list: &Value, key: &str, fields: &[&str]) -> Result<BTreeMap<String, Value>> {
    let one = |item: &Value| {
        let of: BTreeMap<&str, &Value> = fields.iter().map(|field| (*field, &item[*field])).collect();
        Ok((item[key].as_str().context("no key")?.to_owned(), json!(of)))
    };
    list.as_array().context("no list")?.iter().map(one).collect()
}

impl Shown<'_> {
    async fn get(&self, path: &str, token: Option<&str>) -> Result<Answer> {
        let started = Instant::now();
        loop {
            let answer = self.stage.queries.get(path, token, Some(self.position)).await?;
            if answer.status != StatusCode::SERVICE_UNAVAILABLE || started.elapsed() > PATIENCE {
                return Ok(answer);
            }
        }
    }

    /// One learner: their enrollments; and of each course their progress, their certificate and their attempts.
    async fn learner(&self, learner: usize) -> Result<usize> {
        let Stage { model, learners, .. } = self.stage;
        let (person, courses) = (&learners[learner], &model.learners[learner]);
        let answer = self.get("/enrollments?limit=100", Some(&person.token)).await?;
        let fields = ["status", "progress_percentage", "completed_lessons", "last_accessed_lesson_id"];
        let found = by(at(&answer, "/data/enrollments"), "course_id", &fields)?;
        let mut wanted = BTreeMap::new();
        for (of, course) in courses.iter().zip(&model.courses).filter(|(of, _)| of.present.is_some()) {
            let enrollment = json!({
                "status": of.status(), "progress_percentage": of.percentage(course), "completed_lessons": of.done,
                "last_accessed_lesson_id": of.last,
            });
            wanted.insert(course.id.clone(), enrollment);
        }
        same("what /enrollments shows", &json!(found), &json!(wanted))?;
        for course in 0..courses.len() {
            self.in_course(learner, course).await.with_context(|| format!("{} in course {course}", person.id))?;
        }
        Ok(1 + 3 * courses.len())
    }

    async fn in_course(&self, learner: usize, course: usize) -> Result<()> {
        let (of, to) = (&self.stage.model.learners[learner][course], &self.stage.model.courses[course]);
        let token = Some(self.stage.learners[learner].token.as_str());
        let progress = self.get(&format!("/courses/{}/progress", to.id), token).await?;
        if of.present == Some(true) {
            let fields = ["status", "time_spent_seconds", "quiz_score"];
            let found = by(at(&progress, "/data/lessons_progress"), "lesson_id", &fields)?;
            let state = |(lesson, state): (&String, &super::model::LessonState)| {
                let score = points(state.score);
                let shown = json!({ "status": state.status, "time_spent_seconds": state.seconds, "quiz_score": score });
                (lesson.clone(), shown)
            };
            let wanted: BTreeMap<String, Value> = of.lessons.iter().map(state).collect();
            same("the progress", &json!(found), &json!(wanted))?;
        } else {
            same("the refusal", &json!(progress.code()), &json!("not_enrolled"))?;
        }
        let certificate = self.get(&format!("/courses/{}/certificate", to.id), token).await?;
        let wanted = if of.completed { 200 } else { 404 };
        same("the certificate's status", &json!(certificate.status.as_u16()), &json!(wanted))?;
        let attempts = self.get(&format!("/quizzes/{}/attempts?limit=1", to.quiz), token).await?;
        if of.present.is_none() {
            return same("the refusal", &json!(attempts.code()), &json!("no_access"));
        }
        same("the number of attempts", at(&attempts, "/data/pagination/total"), &json!(of.attempts))?;
        same("the best score", at(&attempts, "/data/best_score"), &points(of.best))
    }

    /// One course: its numbers, its outline, and its reviews.
    async fn course(&self, course: usize) -> Result<usize> {
        let Stage { model, learners, .. } = self.stage;
        let to = &model.courses[course];
        let answer = self.get(&format!("/courses/{}", to.id), None).await?;
        let reviews = model.reviews(course);
        let numbers = json!({
            "enrollments_count": model.present(course), "total_lessons": to.lessons().count(),
            "reviews_count": reviews.len(), "average_rating": average(reviews.values().map(|(stars, _)| *stars)),
        });
        let shown = at(&answer, "/data/course");
        for (name, number) in numbers.as_object().into_iter().flatten() {
            same(name, &shown[name], number)?;
        }
        let outline: Vec<Value> = shown["modules"].as_array().context("no modules")?.iter().map(outline).collect();
        let wanted: Vec<Value> = to.modules.iter().map(|place| json!(place)).collect();
        same("the outline", &json!(outline), &json!(wanted))?;

        let (mut found, mut page) = (BTreeMap::new(), 0);
        loop {
            page += 1;
            let answer = self.get(&format!("/courses/{}/reviews?limit=100&page={page}", to.id), None).await?;
            found.extend(by(at(&answer, "/data/reviews"), "user_id", &["rating", "comment"])?);
            if at(&answer, "/data/pagination/pages").as_u64().context("no pages")? <= page {
                break;
            }
        }
        let review = |(learner, (rating, comment)): (&usize, &(u64, Option<String>))| {
            (learners[*learner].id.clone(), json!({ "rating": rating, "comment": comment }))
        };
        let wanted: BTreeMap<String, Value> = reviews.iter().map(review).collect();
        same("the reviews", &json!(found), &json!(wanted))?;
        Ok(1 + usize::try_from(page)?)
    }

    /// What each teacher is said to be worth.
    async fn teachers(&self) -> Result<usize> {
        let mut count = 0;
        for (teacher, courses) in self.stage.teachers() {
            let answer = self.get(&format!("/auth/users/{}", teacher.id), None).await?;
            let reviews = courses.iter().flat_map(|course| self.stage.model.reviews(*course).into_values());
            let stars = average(reviews.map(|(stars, _)| stars));
            same("the teacher's rating", at(&answer, "/data/user/instructor_info/rating"), &json!(stars))?;
            let total = at(&answer, "/data/user/instructor_info/total_courses");
            same("the teacher's courses", total, &json!(courses.len()))?;
            count += 1;
        }
        Ok(count)
    }
}

/// A module and its lessons.
fn outline(module: &Value) -> Value {
    let lessons = module["lessons"].as_array().into_iter().flatten().map(|lesson| &lesson["_id"]);
    json!([module["_id"], lessons.collect::<Vec<_>>()])
}

/// The average of stars; half a hundredth goes up.
fn average(stars: impl Iterator<Item = u64>) -> f64 {
    let (count, sum) = stars.fold((0, 0), |(count, sum), stars| (count + 1, sum + stars));
    let hundredths = (sum * 200 + count).checked_div(2 * count).unwrap_or(0);
    u32::try_from(hundredths).map_or(f64::NAN, f64::from) / 100.0
}
