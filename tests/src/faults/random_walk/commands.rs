//! The walk: who does what next.

use anyhow::{Context, Result, ensure};
use event_log::EventLog;
use futures::{StreamExt, TryStreamExt, stream};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, RngExt};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::people::{AT_ONCE, success};
use super::super::wait::until;
use super::super::world::PATIENCE;
use super::model::{Expected, Step};
use super::stage::{Stage, text};

/// How many learners act between two changes of courses.
const TURN: usize = 40;
/// How many courses change between two turns.
const CHANGES: usize = 2;
/// The most lessons that a course comes to.
const MOST_LESSONS: usize = 12;

/// A walk under way.
pub struct Walk {
    /// Who walks where.
    pub stage: Stage,
    /// How many commands were refused, as they had to be.
    pub refusals: usize,
    taken: usize,
    random: StdRng,
}

/// A request whose answer is known.
struct Foretold {
    learner: usize,
    method: Method,
    path: String,
    body: Option<Value>,
    expected: Expected,
}

impl Walk {
    /// A walk that has not begun.
    pub const fn new(stage: Stage, random: StdRng) -> Self {
        Self { stage, refusals: 0, taken: 0, random }
    }

    /// Goes on until so many commands were given.
    pub async fn go_on(&mut self, log: &EventLog, until: usize) -> Result<()> {
        while self.taken < until {
            let mut learners: Vec<usize> = (0..self.stage.learners.len()).collect();
            learners.shuffle(&mut self.random);
            learners.truncate(TURN.min(until - self.taken));
            let requests: Vec<Foretold> = learners.into_iter().map(|learner| self.next(learner)).collect();
            self.taken += requests.len();
            self.refusals += requests.iter().filter(|request| !request.expected.code.is_empty()).count();
            let stage = &self.stage;
            stream::iter(requests).map(Ok).try_for_each_concurrent(AT_ONCE, |one| one.send(stage)).await?;
            for _ in 0..CHANGES.min(until - self.taken) {
                self.change_course(log).await?;
                self.taken += 1;
            }
        }
        Ok(())
    }

    /// What a learner does next, and what that answers.
    fn next(&mut self, learner: usize) -> Foretold {
        let course = self.random.random_range(0..self.stage.model.courses.len());
        let step = self.step(learner, course);
        let expected = self.stage.model.take(learner, course, &step);
        let of = &self.stage.model.courses[course];
        let (method, path, body) = match step {
            Step::Enroll => (Method::POST, format!("/courses/{}/enroll", of.id), None),
            Step::Leave => (Method::POST, format!("/courses/{}/drop", of.id), None),
            Step::GoOn { lesson, status, seconds, score } => {
                let mut report = json!({ "status": status, "time_spent_seconds": seconds });
                if let Some(score) = score {
                    report["quiz_score"] = json!(score);
                }
                (Method::PATCH, format!("/courses/{}/lessons/{lesson}/progress", of.id), Some(report))
            }
            Step::Review(rating, comment) => {
                let review = json!({ "rating": rating, "comment": comment });
                (Method::PUT, format!("/courses/{}/review", of.id), Some(review))
            }
            Step::TakeBack => (Method::DELETE, format!("/courses/{}/review", of.id), None),
            Step::Attempt(right) => {
                let answers = json!({ "answers": [{ "question_id": of.question, "answer": right }] });
                (Method::POST, format!("/quizzes/{}/attempts", of.quiz), Some(answers))
            }
        };
        Foretold { learner, method, path, body, expected }
    }

    fn step(&mut self, learner: usize, course: usize) -> Step {
        let random = &mut self.random;
        let is_present = self.stage.model.learners[learner][course].present == Some(true);
        // Who is not there mostly enrolls, and now and then tries what they may not.
        match random.random_range(0..100) {
            number if !is_present && number < 70 => Step::Enroll,
            0..60 => {
                let of = &self.stage.model.courses[course];
                let now: Vec<&String> = of.lessons().collect();
                let from_now = of.gone.is_empty() || random.random_range(0..20) > 0;
                let lesson = if from_now { now.choose(random).copied() } else { of.gone.choose(random) };
                let lesson = lesson.unwrap_or(&of.quiz_lesson).clone();
                let status = match random.random_range(0..10) {
                    0 => "not_started",
                    1 | 2 => "in_progress",
                    _ => "completed",
                };
                let may_have = of.scored_elsewhere.contains(&lesson);
                let scores = if may_have { random.random() } else { random.random_range(0..30) == 0 };
                let score = scores.then(|| random.random_range(0..=100));
                Step::GoOn { lesson, status, seconds: random.random_range(0..1_000), score }
            }
            60..75 => Step::Review(random.random_range(1..=5), comment(random)),
            75..80 => Step::TakeBack,
            80..92 => Step::Attempt(random.random()),
            92..98 => Step::Leave,
            _ => Step::Enroll,
        }
    }

    /// A lesson comes, goes or moves.
    async fn change_course(&mut self, log: &EventLog) -> Result<()> {
        let course = self.random.random_range(0..self.stage.model.courses.len());
        let count = self.stage.model.courses[course].lessons().count();
        match self.random.random_range(0..3) {
            0 if count < MOST_LESSONS => self.add_lesson(course).await,
            1 if count > 1 => self.remove_lesson(log, course).await,
            _ => self.arrange(course).await,
        }
    }

    async fn add_lesson(&mut self, course: usize) -> Result<()> {
        let takes_score = self.random.random_range(0..4) == 0;
        let of = &self.stage.model.courses[course];
        let number = self.random.random_range(0..of.modules.len());
        let (module, lessons) = &of.modules[number];
        let place = self.random.random_range(0..=lessons.len());
        let mut lesson = if takes_score { json!({ "title": "Quiz", "type": "quiz" }) } else { text() };
        lesson["order"] = json!(place + 1);
        let path = format!("/courses/{}/modules/{module}/lessons", of.id);
        let answer =
            self.stage.commands.insist(Method::POST, &path, Some(self.stage.teacher(course)), Some(&lesson)).await?;
        let id = success(answer)?.text("/data/lesson/_id")?.to_owned();
        let of = &mut self.stage.model.courses[course];
        if takes_score {
            of.scored_elsewhere.push(id.clone());
        }
        of.modules[number].1.insert(place, id);
        Ok(())
    }

    /// Removes a lesson, and waits for whom that completes the course: until then what they do would come out otherwise.
    async fn remove_lesson(&mut self, log: &EventLog, course: usize) -> Result<()> {
        let of = &self.stage.model.courses[course];
        let others = of.modules.iter().enumerate().flat_map(|(number, (_, lessons))| {
            lessons.iter().filter(|lesson| **lesson != of.quiz_lesson).map(move |lesson| (number, lesson.clone()))
        });
        let others: Vec<(usize, String)> = others.collect();
        let (number, lesson) = others.choose(&mut self.random).context("a course with nothing but its quiz")?.clone();
        let path = format!("/courses/{}/modules/{}/lessons/{lesson}", of.id, of.modules[number].0);
        let token = self.stage.teacher(course);
        let _ = success(self.stage.commands.insist(Method::DELETE, &path, Some(token), None).await?)?;
        let of = &mut self.stage.model.courses[course];
        of.modules[number].1.retain(|one| *one != lesson);
        of.gone.push(lesson);
        for learner in self.stage.model.finish(course) {
            self.completed(log, learner, course).await?;
        }
        Ok(())
    }

    /// Waits until somebody has completed a course, by what the log says.
    async fn completed(&self, log: &EventLog, learner: usize, course: usize) -> Result<()> {
        let (user, of) = (self.stage.learners[learner].id.parse()?, self.stage.model.courses[course].id.parse()?);
        let enrollment = events::EnrollmentId::of(user, of);
        until("a course is completed by the removal of a lesson", PATIENCE, async || {
            let loaded = log.load::<domain::Enrollment>(enrollment).await?;
            Ok(loaded.state.learner.as_ref().is_some_and(|learner| learner.completed_at.is_some()))
        })
        .await?;
        Ok(())
    }

    /// Puts all lessons into another order, modules too; each goes into any of them.
    async fn arrange(&mut self, course: usize) -> Result<()> {
        let of = &mut self.stage.model.courses[course];
        let mut lessons: Vec<String> = of.lessons().cloned().collect();
        lessons.shuffle(&mut self.random);
        of.modules.shuffle(&mut self.random);
        of.modules.iter_mut().for_each(|(_, lessons)| lessons.clear());
        for lesson in lessons {
            let number = self.random.random_range(0..of.modules.len());
            of.modules[number].1.push(lesson);
        }
        let place = |(module, lessons): &(String, Vec<String>)| json!({ "module_id": module, "lessons": lessons });
        let outline: Vec<Value> = of.modules.iter().map(place).collect();
        let path = format!("/courses/{}/outline", of.id);
        let token = self.stage.teacher(course);
        let answer = self.stage.commands.insist(Method::PUT, &path, Some(token), Some(&json!(outline))).await?;
        success(answer).map(|_| ())
    }
}

impl Foretold {
    async fn send(self, stage: &Stage) -> Result<()> {
        let Self { learner, method, path, body, expected } = self;
        let asked = format!("{method} {path} {}", body.as_ref().unwrap_or(&Value::Null));
        let answer = stage.commands.insist(method, &path, Some(&stage.learners[learner].token), body.as_ref()).await?;
        ensure!(
            (answer.status.as_u16(), answer.code()) == (expected.status, expected.code),
            "{asked}: {} instead of {} {}",
            answer.shown(),
            expected.status,
            expected.code
        );
        for (pointer, value) in &expected.shows {
            let shown = answer.body.pointer(pointer);
            ensure!(shown == Some(value), "{asked}: {pointer} is {shown:?}, and should be {value}");
        }
        Ok(())
    }
}

/// A few words, or none.
fn comment(random: &mut impl Rng) -> Option<String> {
    random.random::<bool>().then(|| format!("Opinion {}", random.random_range(0..1_000)))
}
